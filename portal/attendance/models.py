"""Secret addresses at which calendars are read; marks of attendance are rows of who takes part, in participation.models."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import Base, IntPk
from portal.core.tokens import new_secret


class CalendarFeed(Base):
    """The secret address of a calendar, one for each person and subject; rotating it ends the old address."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("user_id", "subject"),)

    id: Mapped[IntPk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(80), default="mine")  # mine, agency:<code>, workshop:<code>
    secret: Mapped[str] = mapped_column(String(64), unique=True, default=new_secret)
    rotated_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()
