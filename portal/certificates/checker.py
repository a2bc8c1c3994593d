"""The page that checks certificates without us: one HTML file with the public keys in it, to be kept anywhere and opened from a disk."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from flask import current_app
from markupsafe import Markup

from portal.core import assets, clock
from portal.core.i18n import _, language

# In the order in which they build on each other.
SCRIPTS = ("door-qr-bits", "door-qr", "claim", "checker")
_import = re.compile(r"^import .*$\n", re.M)
_export = re.compile(r"^export ", re.M)


def page(published: Mapping[str, Any]) -> str:
    """The file, in the language of the moment. It can say that a certificate was signed by one of these keys (a JWK set), or
    by one that was distrusted when the file was made, and no more."""
    return current_app.jinja_env.get_template("certificates/checker.html").render(
        data={"keys": published, "words": _words()},
        script=Markup(_script()),  # noqa: S704 - our own files
        fonts={weight: _font(f"fonts/sarabun-{weight}.woff2") for weight in (400, 600)},
        language=language(),
        keys=[key["kid"] for key in published["keys"]],
        distrusted=[key["kid"] for key in published.get("distrusted", ())],
        at=clock.now(),
        site=current_app.config["SITE_NAME_EN" if language() == "en" else "SITE_NAME"],
        base=current_app.config["BASE_URL"],
    )


def _script() -> str:
    """Our modules as one: a file opened from a disk may not import others."""
    folder = assets.STATIC / "js"
    pieces = [(folder / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    return "\n".join(f"{_export.sub('', _import.sub('', piece))}" for piece in pieces)


def _font(name: str) -> str:
    """A typeface as an address that holds it: not every machine has letters for Thai."""
    data = (assets.BUILT / assets.read_manifest()[name]).read_bytes()
    return f"data:font/woff2;base64,{base64.b64encode(data).decode()}"


def _words() -> dict[str, str]:
    return {
        "signed": _("ลายมือชื่อถูกต้อง"),
        "altered": _("ลายมือชื่อไม่ตรงกับข้อความ ใบประกาศนี้ถูกแก้ไขหรืออ่านมาผิด"),
        "unknown_key": _("ลงชื่อด้วยกุญแจที่ไม่มีในไฟล์นี้ จึงยืนยันไม่ได้ ถ้าใบนี้ออกหลังวันที่ของไฟล์ ขอไฟล์ตรวจฉบับใหม่"),
        "distrusted": _(
            "ลงนามด้วยกุญแจที่เลิกเชื่อถือแล้ว ลายมือชื่อนี้จึงไม่ยืนยันอะไร พิมพ์รหัสบนใบที่ %(where)s เพื่อดูว่าระบบมีใบนี้จริงหรือไม่ หรือขอใบที่ดาวน์โหลดใหม่จากผู้ถือใบ",
            where=f"{current_app.config['BASE_URL']}/certificates/check",
        ),
        "unreadable": _("ข้อความนี้ไม่ใช่ใบประกาศของระบบนี้ หรืออ่านมาไม่ครบ"),
        "unable": _("เบราว์เซอร์นี้ตรวจลายมือชื่อแบบ Ed25519 ไม่ได้ เปิดไฟล์นี้ด้วยเบราว์เซอร์รุ่นใหม่กว่า"),
        "no_code": _("หาคิวอาร์ในภาพไม่พบ ถ่ายให้ชัดและเต็มภาพ หรือวางข้อความแทน"),
        "holder": _("ผู้ได้รับ"),
        "agency": _("หน่วยงาน"),
        "title": _("เรื่อง"),
        "earned": _("ผ่านเมื่อ"),
        "issued": _("ออกเมื่อ"),
        "code": _("รหัส"),
        "issuer": _("ออกโดย"),
        "key": _("กุญแจ"),
    }
