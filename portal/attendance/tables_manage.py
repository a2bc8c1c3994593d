"""The organizer's tables of one workshop as files: marks and answers; the roster's own stands with its page, what the columns are in roster_table."""

from flask import Response, abort

from portal.accounts.access import organizers_only
from portal.attendance import roster_table
from portal.attendance.manage import bp
from portal.core import sheets
from portal.core.i18n import _
from portal.programme import workshops
from portal.programme.models import Workshop


@bp.get("/<code>/attendance.<any(csv, xlsx):kind>")
@organizers_only
def attendance_table(code: str, kind: str) -> Response:
    workshop = _workshop(code)
    body = _write(kind)(roster_table.mark_columns(), roster_table.mark_rows(workshop))
    return sheets.download(body, _("การเข้าอบรม %(code)s", code=code) + f".{kind}")


@bp.get("/<code>/answers.<any(csv, xlsx):kind>")
@organizers_only
def answers_table(code: str, kind: str) -> Response:
    workshop = _workshop(code)
    body = _write(kind)(roster_table.answer_columns(workshop), roster_table.answer_rows(workshop))
    return sheets.download(body, _("คำตอบ %(code)s", code=code) + f".{kind}")


def _write(kind: str) -> sheets.Writer:
    return sheets.write_csv if kind == "csv" else sheets.write_xlsx


def _workshop(code: str) -> Workshop:
    return workshops.with_sessions(code) or abort(404)
