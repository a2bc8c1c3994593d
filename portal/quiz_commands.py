"""The roof: the `flask quizzes …` commands, each a thin door to a rule."""

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from portal.accounts import people
from portal.authoring import changes, exchange, outline
from portal.authoring.exchange import Plan, Sent
from portal.cli import FILE, door, refusals_are_told
from portal.core import sheets
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.courses import catalog
from portal.courses.course import Course
from portal.courses.questions import DIFFICULTIES
from portal.learning import corrections, item_analysis, item_table, regrading
from portal.learning.corrections import Proposal
from portal.learning.item_analysis import Of
from portal.learning.models import CorrectionRule
from portal.learning.regrade_effects import Effect, Turn

quizzes = AppGroup("quizzes", help="Questions: their keys, what was answered, formats in and out.")


def _course(code: str) -> Course:
    course = catalog.course(code)
    if course is None:
        raise Refused(_("ไม่มีหลักสูตร %(code)s", code=code))
    return course


@quizzes.command("correct")
@click.argument("course")
@click.argument("question")
@click.option("--rule", type=click.Choice([rule.value for rule in CorrectionRule]), required=True)
@click.option("--why", default="", help="Told to those whose score changes; needed to correct.")
@click.option("--by", "email", help="Who corrects; else the portal itself.")
@click.option("--dry-run", is_flag=True, help="Say whom it touches and keep nothing.")
def correct(  # noqa: PLR0913 - all by keyword
    *, course: str, question: str, rule: str, why: str, email: str | None, dry_run: bool
) -> None:
    """Mark submitted attempts anew: by the key of the current edition, right for everybody (free), or not at all (void)."""
    if dry_run:
        _look(course, question, rule)
    else:
        _correct(course, question, rule, why=why.strip(), email=email)


def _proposal(course: str, question: str, rule: str) -> Proposal:
    here = _course(course)
    module, found = corrections.find(here, question)
    return corrections.propose(here, module, found, CorrectionRule(rule))


@with_appcontext
def _look(course: str, question: str, rule: str) -> None:
    with refusals_are_told():
        _tell(regrading.look(_proposal(course, question, rule)))
        click.echo("dry run: nothing was kept")


@door
def _correct(course: str, question: str, rule: str, *, why: str, email: str | None) -> None:
    if not why:
        raise click.BadParameter("say why: those whose score changes are told", param_hint="--why")
    by = people.by_email(email) if email else None
    if email and by is None:
        raise click.BadParameter(f"there is nobody with {email!r}", param_hint="--by")
    done = regrading.correct(_proposal(course, question, rule), why=why, by=by)
    _tell(done.effect)
    click.echo(f"corrected {done.correction.code}, mails {done.effect.people}")


def _tell(effect: Effect) -> None:
    asked = effect.proposal
    click.echo(f"{asked.module.code} {asked.question.id} {asked.rule.value}")
    click.echo(f"attempts with the question {effect.looked_at}, changed {len(effect.changes)}")
    for number, count in effect.left_out:
        click.echo(f"edition {number} asked otherwise, left out {count}")
    for turn in effect.turns:
        click.echo(f"{'passes' if turn.passes else 'fails'} {_whose(turn)}")
    for agency in effect.agencies:
        completes = (
            "" if agency.was_complete == agency.is_complete else f", complete {agency.is_complete}".lower()
        )
        click.echo(f"people passed {agency.before} → {agency.after}{completes} {agency.name}")


def _whose(turn: Turn) -> str:
    return f"{turn.name} ({turn.agency})" if turn.agency else turn.name


@quizzes.command("analyse")
@click.argument("course")
@click.argument("module")
@click.option("--of", type=click.Choice([of.value for of in Of]), default=Of.FIRST.value, show_default=True)
@click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), help="Write a .csv or .xlsx instead."
)
@with_appcontext
def analyse(course: str, module: str, of: str, file: Path | None) -> None:
    """Facility, discrimination, time and flags of every question of a quiz."""
    with refusals_are_told():
        here = _course(course)
        part = here.module(module)
        if part is None or part.quiz is None:
            raise Refused(_("หลักสูตร %(course)s ไม่มีแบบทดสอบ %(module)s", course=course, module=module))
        found = item_analysis.analyse(here, part, of=Of(of))
        if file is not None:
            write = sheets.write_xlsx if file.suffix == ".xlsx" else sheets.write_csv
            file.write_bytes(write(item_table.columns(), item_table.rows(found)))
            click.echo(str(file))
            return
        click.echo(f"attempts {found.attempts}")
        for item in found.items:
            click.echo("  ".join(str(cell) for cell in item_table.line(item)))


@quizzes.command("import")
@click.argument("course")
@click.argument("module")
@click.argument("file", type=FILE)
@click.option("--lesson", required=True, help="Slug of the lesson that answers questions of the file.")
@click.option("--difficulty", type=click.Choice(DIFFICULTIES), default="medium", show_default=True)
@click.option("--by", "email", help="Who brings them in; else the portal itself.")
@click.option("--dry-run", is_flag=True, help="Say what would come and keep nothing.")
def import_questions(  # noqa: PLR0913 - all by keyword
    *, course: str, module: str, file: Path, lesson: str, difficulty: str, email: str | None, dry_run: bool
) -> None:
    """Bring questions in GIFT, Moodle XML or QTI (2.1, 3.0) into the draft of a quiz."""
    sent = Sent(file.read_bytes(), file.name, lesson, difficulty)
    if dry_run:
        _look_at(course, module, sent)
    else:
        _bring_in(course, module, sent, email=email)


@with_appcontext
def _look_at(course: str, module: str, sent: Sent) -> None:
    with refusals_are_told():
        _tell_plan(exchange.plan(course, module, _files(course, module, sent.lesson), sent))
        click.echo("dry run: nothing was kept")


@door
def _bring_in(course: str, module: str, sent: Sent, *, email: str | None) -> None:
    by = people.by_email(email) if email else None
    if email and by is None:
        raise click.BadParameter(f"there is nobody with {email!r}", param_hint="--by")
    _files(course, module, sent.lesson)
    _tell_plan(exchange.bring_in(course, module, sent, mark=None, by=by))


def _files(course: str, module: str, lesson: str | None = None) -> Mapping[str, bytes]:
    """The files of the course as its authors see them. Refuses a course, module or lesson that is not there."""
    work = changes.work_of(course)
    part = outline.of(work.files).module(module) if work else None
    if work is None or part is None:
        raise Refused(_("หลักสูตร %(course)s ไม่มีแบบทดสอบ %(module)s", course=course, module=module))
    if lesson is not None and lesson not in part.lessons:
        raise Refused(_("ไม่มีบทเรียน %(lesson)s ในบทนี้", lesson=lesson))
    return work.files


def _tell_plan(plan: Plan) -> None:
    for one in plan.coming:
        click.echo(f"{one.file}:{one.line}: {one.table['id']} {one.table['kind']}")
        for text in plan.faults.get(one.table["id"], ()):
            click.echo(f"  {text}")
    for found in (*plan.brought.left_out, *plan.brought.notes):
        click.echo(str(found), err=True)
    click.echo(
        f"come {len(plan.coming)}, left out {len(plan.brought.left_out)}, there already {plan.same}, "
        f"to be mended before publishing {len(plan.faults)}, images {len(plan.brought.images)}"
    )


@quizzes.command("export")
@click.argument("course")
@click.argument("module")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def export(course: str, module: str, file: Path) -> None:
    """Write the questions of a quiz, as its authors see it, as .gift or as .xml for Moodle."""
    ending = file.suffix.lower().removeprefix(".")
    if ending not in exchange.WRITERS:
        raise click.BadParameter("a name that ends in .gift or .xml", param_hint="FILE")
    with refusals_are_told():
        file.write_bytes(exchange.written(_files(course, module), module, ending))
        click.echo(str(file))
