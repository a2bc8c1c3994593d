"""What tests of check-in share: the session at whose door they stand."""

from portal.attendance import meetings
from portal.attendance.meetings import Meeting


def meeting(session: str = "day1", workshop: str = "pmqa40-2566") -> Meeting:
    found = meetings.meeting_of(workshop, session)
    assert found is not None
    return found
