"""Every page there is: endpoint, an example address, and who may open it. `{names}` in an address are known from stage.py."""

from dataclasses import dataclass

NOBODY = "nobody"
PEOPLE = ("lamai", "wit", "mali", "orn")  # one of each role
BEGINNER = "sakda"  # has not begun anything: the pages in which a learner's own things stand
EVERYONE = (NOBODY, *PEOPLE)
ORGANIZER = ("orn",)
COORDINATOR = ("mali",)


@dataclass(frozen=True)
class Place:
    endpoint: str  # "" for what is no endpoint's page
    address: str
    who: tuple[str, ...] = EVERYONE
    status: int = 200


PLACES = (
    Place("home.landing", "/"),
    Place("accounts.sign_in", "/sign-in", (NOBODY,)),
    Place("accounts.sign_up", "/sign-up", (NOBODY,)),
    Place("accounts.sign_up_sent", "/sign-up/sent", (NOBODY,)),
    Place("accounts.confirm", "/confirm/{confirm}", (NOBODY,)),
    Place("accounts.confirm", "/confirm/worn-out", (NOBODY,), 410),
    Place("accounts.forgot", "/forgot-password", (NOBODY,)),
    Place("accounts.forgot_sent", "/forgot-password/sent", (NOBODY,)),
    Place("accounts.reset", "/reset-password/{reset}", (NOBODY,)),
    Place("accounts.account", "/account", PEOPLE),
    Place("awards.timeline", "/award"),
    Place("programme.speakers", "/speakers"),
    Place("programme.speaker", "/speakers/kku-quality"),
    Place("participation.workshops", "/workshops", (*EVERYONE, BEGINNER)),
    Place("participation.workshop", "/workshops/pmqa40-2566", (*EVERYONE, BEGINNER)),
    Place("participation.workshop", "/workshops/excellence-2566", (*EVERYONE, BEGINNER)),
    Place("participation.cancel", "/workshops/excellence-2566/registration/cancel", ("lamai", "mali")),
    Place("participation.calendar", "/calendar", (*PEOPLE, BEGINNER)),
    Place("learning.courses", "/learn", (*EVERYONE, BEGINNER)),
    Place("learning.course", "/learn/pmqa40", (*EVERYONE, BEGINNER)),
    Place("learning.course", "/learn/pmqa2562"),
    Place("learning.lesson", "/learn/pmqa40/op/ruler"),
    Place("learning.lesson", "/learn/pmqa40/op/situation", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/op/context", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/c1/asks", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/c1/impact", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/c1/integrity", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/c1/network", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa40/c1/vision", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/op/why-op", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/op/description", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/op/situation", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/c1/adli", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/c1/governance", (NOBODY, "lamai")),
    Place("learning.lesson", "/learn/pmqa2562/c1/results", (NOBODY,)),
    Place("learning.lesson", "/learn/pmqa2562/c1/senior-leaders", (NOBODY,)),
    Place("learning.quiz", "/learn/pmqa40/op/quiz", (*PEOPLE, BEGINNER)),
    Place("learning.quiz", "/learn/pmqa2562/c1/quiz", ("lamai",)),
    Place("learning.attempt", "/attempts/{open}", ("lamai",)),
    Place("learning.attempt", "/attempts/{open}?q=1", ("lamai",)),
    Place("learning.review", "/attempts/{open}/review", ("lamai",)),
    Place("learning.result", "/attempts/{failed}/result", ("lamai",)),
    Place("learning.result", "/attempts/{passed}/result", ("lamai",)),
    Place("home.me", "/me", (*PEOPLE, BEGINNER)),
    Place("home.agency", "/agency", COORDINATOR),
    Place("teams.team", "/agency/workshops/pmqa40-2566", COORDINATOR),
    Place("teams.team", "/agency/workshops/excellence-2566", COORDINATOR),
    Place("teams.swap", "/agency/workshops/excellence-2566/registrations/{team_place}/swap", COORDINATOR),
    Place("teams.cancel", "/agency/workshops/excellence-2566/registrations/{team_place}/cancel", COORDINATOR),
    Place("organize.dashboard", "/organize", ORGANIZER),
    Place("organize.coverage", "/organize/coverage", ORGANIZER),
    Place("organize.coverage", "/organize/coverage?course=pmqa2562&as_of=2566-02-10&state=begun", ORGANIZER),
    Place("organize.coverage", "/organize/coverage?as_of=31/2/2566", ORGANIZER, 422),
    Place("organize.coverage", "/organize/coverage?q=ไม่มีหน่วยงานนี้", ORGANIZER),
    Place("organize.outbox", "/organize/outbox", ORGANIZER),
    Place("organize.outbox", "/organize/outbox?status=failed", ORGANIZER),
    Place("organize.message", "/organize/outbox/{message}", ORGANIZER),
    Place("organize.approvals", "/organize/approvals", ORGANIZER),
    Place("organize.imports", "/organize/imports", ORGANIZER),
    Place("roster.roster", "/organize/workshops/pmqa40-2566/roster", ORGANIZER),
    Place("roster.roster", "/organize/workshops/pmqa40-2566/roster?session=day2", ORGANIZER),
    Place("roster.roster", "/organize/workshops/excellence-2566/roster?status=waitlisted", ORGANIZER),
    Place("roster.roster", "/organize/workshops/pmqa40-2566/roster?q=ไม่มีคนนี้", ORGANIZER),
    Place("roster.seats", "/organize/workshops/pmqa40-2566/seats", ORGANIZER),
    Place("queue.queue", "/organize/workshops/excellence-2566/queue", ORGANIZER),
    Place("queue.queue", "/organize/workshops/pmqa40-2566/queue", ORGANIZER),
    Place("queue.removal", "/organize/workshops/excellence-2566/queue/{waiting}/removal", ORGANIZER),
    Place("queue.ledger", "/organize/workshops/excellence-2566/ledger", ORGANIZER),
    Place("queue.agency_ledger", "/agency/workshops/excellence-2566/ledger", COORDINATOR),
    Place("offers.offer", "/offers/{offer}", (NOBODY, "lamai")),
    Place("offers.offer", "/offers/{expired_offer}", (NOBODY,), 410),
    Place("desk.workshops", "/organize/workshops", ORGANIZER),
    Place("desk.new", "/organize/workshops/new", ORGANIZER),
    Place("desk.workshop", "/organize/workshops/pmqa40-2566", ORGANIZER),
    Place("desk.edit", "/organize/workshops/pmqa40-2566/edit", ORGANIZER),
    Place("desk.change_status", "/organize/workshops/pmqa40-2566/cancellation", ORGANIZER),
    Place("desk.copy", "/organize/workshops/pmqa40-2566/copy", ORGANIZER),
    Place("desk.sessions", "/organize/workshops/pmqa40-2566/sessions", ORGANIZER),
    Place("desk.new_session", "/organize/workshops/pmqa40-2566/sessions/new", ORGANIZER),
    Place("desk.edit_session", "/organize/workshops/pmqa40-2566/sessions/day1", ORGANIZER),
    Place("desk.cancel_session", "/organize/workshops/pmqa40-2566/sessions/day1/cancellation", ORGANIZER),
    Place("desk.talks", "/organize/workshops/pmqa40-2566/talks", ORGANIZER),
    Place("desk.new_talk", "/organize/workshops/pmqa40-2566/talks/new", ORGANIZER),
    Place("desk.edit_talk", "/organize/workshops/pmqa40-2566/talks/opening", ORGANIZER),
    Place("desk.remove_talk", "/organize/workshops/pmqa40-2566/talks/opening/removal", ORGANIZER),
    Place("desk.questions", "/organize/workshops/pmqa40-2566/questions", ORGANIZER),
    Place("desk.questions", "/organize/workshops/next-2567/questions", ORGANIZER),
    Place("desk.new_question", "/organize/workshops/next-2567/questions/new", ORGANIZER),
    Place("desk.edit_question", "/organize/workshops/next-2567/questions/parking", ORGANIZER),
    Place("desk.history", "/organize/workshops/next-2567/history", ORGANIZER),
    Place("desk.version", "/organize/workshops/next-2567/history/1", ORGANIZER),
    Place("desk.speakers", "/organize/speakers", ORGANIZER),
    Place("desk.new_speaker", "/organize/speakers/new", ORGANIZER),
    Place("desk.edit_speaker", "/organize/speakers/kku-quality", ORGANIZER),
    Place("", "/no-such-page", EVERYONE, 404),
    Place("organize.dashboard", "/organize", ("lamai", "wit", "mali"), 403),
)

# What answers a GET with something that is no page, or with the way to one.
FILES = {
    "accounts.change_password": "/account/password",
    "home.healthz": "/healthz",
    "home.metrics": "/metrics",
    "learning.file": "/learn/pmqa40/files/1/img/levels.svg",
    "learning.module": "/learn/pmqa40/c1",
    "organize.coverage_export": "/organize/coverage.csv",
    "organize.template": "/organize/imports/agencies.csv",
    "participation.feed": "/calendar/{feed}.ics",
    "participation.workshop_calendar": "/workshops/pmqa40-2566.ics",
    "roster.attendance_calendar": "/organize/workshops/pmqa40-2566/attendance.ics",
    "roster.export": "/organize/workshops/pmqa40-2566/roster.xlsx",
}
