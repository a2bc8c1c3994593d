"""workshops at full strength."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATUSES = ("confirmed", "waitlisted", "cancelled", "offered")
MOVES = (
    "registered",
    "waitlisted",
    "promoted",
    "cancelled",
    "offered",
    "accepted",
    "declined",
    "expired",
    "handed_on",
    "taken_over",
)


def upgrade() -> None:
    op.create_table(
        "workshop_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_workshop_version_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"],
            ["workshop.id"],
            name=op.f("fk_workshop_version_workshop_id_workshop"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_version")),
        sa.UniqueConstraint("workshop_id", "number", name=op.f("uq_workshop_version_workshop_id_number")),
    )
    op.create_table(
        "session_news",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("room", sa.String(length=200), nullable=False),
        sa.Column("venue", sa.String(length=300), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_news_session_id_workshop_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session_news")),
    )
    op.create_table(
        "workshop_news",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id"],
            ["workshop.id"],
            name=op.f("fk_workshop_news_workshop_id_workshop"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workshop_id", name=op.f("pk_workshop_news")),
    )
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column(
            "audience",
            sa.Enum(
                "everyone",
                "registered",
                "attended",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("visible_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["talk_id"], ["talk.id"], name=op.f("fk_material_talk_id_talk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("code", name=op.f("uq_material_code")),
    )
    with op.batch_alter_table("material") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_talk_id"), ["talk_id"], unique=False)

    op.create_table(
        "material_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("material_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=True),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(digest IS NULL) <> (url IS NULL)", name=op.f("ck_material_version_file_or_link")
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_material_version_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["material_id"],
            ["material.id"],
            name=op.f("fk_material_version_material_id_material"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_version")),
        sa.UniqueConstraint("material_id", "number", name=op.f("uq_material_version_material_id_number")),
    )
    with op.batch_alter_table("material_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_material_version_digest"), ["digest"], unique=False)

    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_index("ix_registration_offer_expires_at", ["offer_expires_at"], unique=False)
        _allow(batch_op, "ck_registration_registrationstatus", "status", STATUSES)
        batch_op.create_check_constraint(
            op.f("ck_registration_offer_expires"), "(status = 'offered') = (offer_expires_at IS NOT NULL)"
        )

    with op.batch_alter_table("registration_move") as batch_op:
        batch_op.add_column(sa.Column("other_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_registration_move_other_id_registration"),
            "registration",
            ["other_id"],
            ["id"],
            ondelete="SET NULL",
        )
        _allow(batch_op, "ck_registration_move_move", "move", MOVES)

    with op.batch_alter_table("workshop") as batch_op:
        batch_op.add_column(sa.Column("guaranteed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("guaranteed_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.create_check_constraint(
            op.f("ck_workshop_guaranteed_positive"), "guaranteed IS NULL OR guaranteed >= 1"
        )
        batch_op.create_check_constraint(op.f("ck_workshop_offer_hours_not_negative"), "offer_hours >= 0")

    with op.batch_alter_table("talk") as batch_op:
        batch_op.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="[]"))

    with op.batch_alter_table("workshop_session") as batch_op:
        batch_op.add_column(sa.Column("link", sa.String(length=500), nullable=False, server_default=""))

    # What stands now counts as told: nobody is mailed about the past.
    op.drop_index("ix_attendance_mark_session_id_registration_id", "attendance_mark")
    op.create_index(
        "ix_attendance_mark_latest", "attendance_mark", ["session_id", "registration_id", "at", "id", "state"]
    )
    op.execute(
        "INSERT INTO session_news (session_id, sequence, day, starts_at, ends_at, room, venue, is_cancelled, told_at)"
        " SELECT s.id, s.sequence, s.day, s.starts_at, s.ends_at, s.room, w.venue, s.is_cancelled, s.updated_at"
        " FROM workshop_session s JOIN workshop w ON w.id = s.workshop_id"
    )
    op.execute(
        "INSERT INTO workshop_news (workshop_id, is_cancelled, times, told_at)"
        " SELECT id, status = 'cancelled', 0, updated_at FROM workshop WHERE status = 'cancelled'"
    )


def _allow(batch_op: BatchOperations, name: str, column: str, values: tuple[str, ...]) -> None:
    """Let the column hold these values and no others."""
    batch_op.drop_constraint(op.f(name), type_="check")
    batch_op.create_check_constraint(op.f(name), sa.column(column).in_(values))


def downgrade() -> None:
    op.drop_index("ix_attendance_mark_latest", "attendance_mark")
    op.create_index(
        "ix_attendance_mark_session_id_registration_id", "attendance_mark", ["session_id", "registration_id"]
    )
    op.execute(
        "UPDATE registration SET status = 'waitlisted', offer_expires_at = NULL WHERE status = 'offered'"
    )
    op.execute(f"DELETE FROM registration_move WHERE move NOT IN {MOVES[:4]}")
    with op.batch_alter_table("talk") as batch_op:
        batch_op.drop_column("facts")
    with op.batch_alter_table("workshop_session") as batch_op:
        batch_op.drop_column("link")

    with op.batch_alter_table("workshop") as batch_op:
        batch_op.drop_constraint(op.f("ck_workshop_offer_hours_not_negative"), type_="check")
        batch_op.drop_constraint(op.f("ck_workshop_guaranteed_positive"), type_="check")
        batch_op.drop_column("facts")
        batch_op.drop_column("version")
        batch_op.drop_column("questions")
        batch_op.drop_column("offer_hours")
        batch_op.drop_column("guaranteed_until")
        batch_op.drop_column("guaranteed")

    with op.batch_alter_table("registration_move") as batch_op:
        _allow(batch_op, "ck_registration_move_move", "move", MOVES[:4])
        batch_op.drop_constraint(batch_op.f("fk_registration_move_other_id_registration"), type_="foreignkey")
        batch_op.drop_column("other_id")

    with op.batch_alter_table("registration") as batch_op:
        batch_op.drop_constraint(op.f("ck_registration_offer_expires"), type_="check")
        _allow(batch_op, "ck_registration_registrationstatus", "status", STATUSES[:3])
        batch_op.drop_index("ix_registration_offer_expires_at")
        batch_op.drop_column("answers")
        batch_op.drop_column("offer_expires_at")

    with op.batch_alter_table("material_version") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_version_digest"))

    op.drop_table("material_version")
    with op.batch_alter_table("material") as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_talk_id"))

    op.drop_table("material")
    op.drop_table("workshop_news")
    op.drop_table("session_news")
    op.drop_table("workshop_version")
