"""What organizers wrote: letters to a group of people of a workshop; each copy that is mailed is an outbox message."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import Base, IntPk, PublicCode
from portal.programme.models import Workshop


class GroupLetter(Base):
    """One letter to everybody of a group at the moment it was sent; its code is the batch of its outbox messages."""

    __tablename__ = "group_letter"

    id: Mapped[IntPk]
    code: Mapped[PublicCode]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    # registered, waiting, no_shows:<session>, not_passed:<course>/<module>, …, of one agency with @<its code>
    recipients: Mapped[str] = mapped_column(String(200))
    subject_th: Mapped[str] = mapped_column(String(200))
    subject_en: Mapped[str] = mapped_column(String(200), default="")
    body_th: Mapped[str] = mapped_column(Text)  # with placeholders, as it was written
    body_en: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    count: Mapped[int] = mapped_column(default=0)

    workshop: Mapped[Workshop] = relationship()
    by: Mapped[User | None] = relationship()
