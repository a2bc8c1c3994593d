"""What may go wrong in words fit for a person: Refused, and the error pages; which rule refuses what is each room's matter."""

import logging
import secrets
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from portal.core.i18n import _, _l

log = logging.getLogger("portal")


class Refused(Exception):
    """A rule said no. `str(no)` is a sentence for the person; `field` names the form field it belongs to, if any."""

    text: Any = _l("ทำรายการนี้ไม่ได้")
    field: str | None = None

    def __init__(self, text: Any = None, *, field: str | None = None) -> None:
        super().__init__(text)
        if text is not None:
            self.text = text
        if field is not None:
            self.field = field

    def __str__(self) -> str:
        return str(self.text)


TITLES = {
    400: _l("คำขอนี้ไม่สมบูรณ์"),
    403: _l("หน้านี้เปิดได้เฉพาะผู้มีสิทธิ์"),
    404: _l("ไม่พบหน้านี้"),
    405: _l("เปิดหน้านี้ด้วยวิธีนี้ไม่ได้"),
    413: _l("ข้อมูลที่ส่งมามีขนาดใหญ่เกินไป"),
    429: _l("ลองหลายครั้งเกินไป"),
    500: _l("ระบบทำงานนี้ไม่สำเร็จ"),
    503: _l("ระบบยังไม่พร้อม"),
}
TEXTS = {
    400: _l("ข้อมูลที่ส่งมาไม่ครบหรืออ่านไม่ได้ กลับไปหน้าก่อนแล้วลองใหม่"),
    403: _l("บัญชีของคุณไม่มีสิทธิ์เปิดหน้านี้ หากควรมี ติดต่อผู้จัดหรือผู้ประสานงานของหน่วยงาน"),
    404: _l("หน้านี้อาจถูกย้ายหรือพิมพ์ที่อยู่ผิด"),
    405: _l("กลับไปหน้าก่อนแล้วกดปุ่มในหน้านั้น"),
    413: _l("ลดขนาดไฟล์หรือข้อความ แล้วส่งอีกครั้ง"),
    429: _l("รอสักครู่แล้วลองใหม่"),
    500: _l("ลองอีกครั้งในอีกสักครู่ สิ่งที่ขึ้นว่า “บันทึกแล้ว” ยังอยู่ครบ ถ้ายังไม่ได้ แจ้งเลขอ้างอิงนี้แก่ผู้จัด"),
    503: _l("รอสักครู่แล้วโหลดหน้านี้ใหม่"),
}


def wants_data() -> bool:
    """Whether a script asks: it gets what went wrong as JSON with a `message`, never a page."""
    return (
        request.is_json
        or request.path.endswith(".json")
        or request.accept_mimetypes.best == "application/json"
    )


def page(
    code: int, *, title: Any = None, text: Any = None, resend: Any = None, reference: str | None = None
) -> Response:
    """The error page with this status. `resend` holds (name, value) pairs of a form that may be sent again."""
    shown = code if code in TITLES else (500 if code >= 500 else 400)
    if wants_data():
        body: Any = jsonify(message=str(text or TEXTS[shown]), reference=reference)
    else:
        body = render_template(
            "errors/error.html",
            code=code,
            title=title or TITLES[shown],
            text=text or TEXTS[shown],
            resend=resend,
            reference=reference,
        )
    response = make_response(body, code)
    response.headers["Cache-Control"] = "no-store"
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    response = page(error.code or 500, text=_too_large() if error.code == 413 else None)
    if error.code == 413:
        response.headers["Connection"] = "close"  # what is still on its way is not read
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            response.headers[name] = value
    return response


def _too_large() -> str:
    most = (request.max_content_length or 0) // (1024 * 1024)
    return _("ส่งได้ครั้งละไม่เกิน %(most)d MB ลดขนาดไฟล์หรือข้อความ แล้วส่งอีกครั้ง", most=most)


def signed_out() -> Response:
    """What is sent after the sign-in ended."""
    return page(401, title=_("เข้าสู่ระบบก่อน"), text=_("การเข้าสู่ระบบสิ้นสุดแล้ว เข้าสู่ระบบใหม่ แล้วส่งอีกครั้ง"))


def _stale_form(_error: CSRFError) -> Response:
    """A form whose token died (signed out elsewhere, an old tab) keeps what was typed and may be sent again.

    Only for a form of this site: one posted from a foreign page is never offered again.
    """
    if wants_data() and not current_user.is_authenticated:
        return signed_out()
    from_here = request.headers.get("Origin", "") == request.host_url.rstrip("/")
    pairs = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and "password" not in name
    ]
    return page(
        400,
        title=_("ฟอร์มนี้หมดอายุ"),
        text=_("ระบบยังไม่ได้บันทึกสิ่งที่ส่งมา ตรวจแล้วส่งอีกครั้งได้")
        if from_here
        else _("กลับไปหน้าก่อน โหลดใหม่ แล้วส่งอีกครั้ง"),
        resend=pairs if from_here and not request.files else None,
    )


def _unforeseen(error: InternalServerError) -> Response | tuple[str, int]:
    """Every 500 shows a number that stands in the log beside its traceback."""
    token = secrets.token_hex(4).upper()
    reference = f"{token[:4]}-{token[4:]}"
    cause = error.original_exception or error
    log.error("reference %s: %s %s", reference, request.method, request.path, exc_info=cause)
    g.after_failure = True
    g._login_user = (
        AnonymousUserMixin()
    )  # else flask-login looks the reader up, and the database may be what failed
    try:
        return page(500, reference=reference)
    except Exception:
        log.exception("reference %s: the error page failed too", reference)
        return (
            f"<!doctype html><html lang=th><title>ระบบทำงานนี้ไม่สำเร็จ</title><h1>ระบบทำงานนี้ไม่สำเร็จ</h1><p>{reference}</p></html>",
            500,
        )


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(InternalServerError, _unforeseen)
