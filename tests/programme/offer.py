"""A workshop that must be there."""

from portal.programme import workshops
from portal.programme.models import Workshop


def offered(code: str) -> Workshop:
    """The workshop of this code, as its page would read it."""
    workshop = workshops.workshop_by_code(code)
    assert workshop is not None, code
    return workshop
