"""Pages that show and check certificates, open to everybody who holds a code; the organizer's pages stand in manage."""

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.access import coordinators_only, viewer
from portal.certificates import bundles, checker as checking, issuing, keys, papers, showing
from portal.certificates.models import Certificate
from portal.certificates.showing import State, Verdict
from portal.core import clock, downloads
from portal.core.errors import page
from portal.core.guard import public
from portal.core.i18n import LANGUAGES, _, in_language, language

bp = Blueprint("certificates", __name__)
bp.add_app_template_filter(issuing.shown, "certificate_code")

MOST_TYPED = 8_000  # letters that are looked at


@bp.get("/certificates/check")
@public
def check() -> ResponseReturnValue:
    """What a code, an address or a signed text proves; nothing is kept of it."""
    text = request.args.get("q", "")[:MOST_TYPED].strip()
    if not text:
        return render_template("certificates/check.html", text="")
    code = showing.code_in(text)
    if code:
        return redirect(url_for("certificates.certificate", code=code), 303)
    return _told(showing.of_text(text), text)


@bp.get("/certificates/checker.html")
@public
def checker() -> Response:
    """The page that checks without us, as a file to keep; it is never shown as a page of this site."""
    answer = Response(checking.page(keys.published()), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = downloads.disposition("attachment", "certificate-checker.html")
    return answer


@bp.get("/certificates/<code>")
@public
def certificate(code: str) -> ResponseReturnValue:
    """Whether it stands, was revoked or replaced: what is printed on it, and no more."""
    return _told(showing.of_code(code), "")


def _told(verdict: Verdict, text: str) -> Response:
    one = verdict.certificate
    body = render_template(
        "certificates/certificate.html",
        verdict=verdict,
        one=one,
        text=text,
        at=clock.now(),
        parts=papers.parts_of(one) if one else [],
        earned_with=papers.facts_of(one) if one else "",
        issuer=papers.site(),
        may_print=bool(one and current_user.is_authenticated and showing.may_have_paper(viewer(), one)),
    )
    answer = make_response(body, _status(verdict, is_code=not text))
    answer.headers["Cache-Control"] = "no-store"  # it may be revoked the next moment
    answer.headers["X-Robots-Tag"] = "noindex"  # for who was shown the code, not for who looks for a name
    return answer


def _status(verdict: Verdict, *, is_code: bool) -> int:
    if verdict.state is State.UNKNOWN and is_code:
        return 404
    return 422 if verdict.state is State.UNREADABLE else 200


@bp.get("/certificates/<code>.pdf")
def paper(code: str) -> Response:
    """The paper, in the reader's language or `?lang=`; 404 to others, 410 where it does not stand any more."""
    verdict = showing.of_code(code)
    one = verdict.certificate
    if one is None or not showing.may_have_paper(viewer(), one):
        abort(404)
    if verdict.state is not State.VALID:
        return page(410, title=_("ใบประกาศนี้ใช้ไม่ได้แล้ว"), text=_("พิมพ์ได้เฉพาะใบที่ยังใช้ได้ ดูเหตุผลในหน้าของใบประกาศ"))
    lang = request.args.get("lang", "")
    with in_language(lang if lang in LANGUAGES else language()):
        return shown(papers.certificate(one), one)


def shown(body: bytes, one: Certificate) -> Response:
    """A PDF that the browser opens by itself; nobody keeps it for others."""
    answer = Response(body, content_type="application/pdf")
    answer.headers["Content-Disposition"] = downloads.disposition("inline", f"{papers.filename(one)}.pdf")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/agency/certificates.zip")
@coordinators_only
def of_agency() -> Response:
    """Every certificate of the agency that stands, as PDF, made while it is sent; 404 where there is none."""
    found = bundles.of_agency(viewer().agency_id or 0)
    if not found:
        return page(
            404, title=_("ยังไม่มีใบประกาศ"), text=_("เมื่อผู้จัดออกใบประกาศให้คนของหน่วยงาน จะดาวน์โหลดทั้งหมดได้จากที่นี่")
        )
    pieces = bundles.stream(found, lang=language())
    answer = Response(pieces, content_type="application/zip")
    answer.headers["Content-Disposition"] = downloads.disposition("attachment", f"{_('ใบประกาศ')}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
