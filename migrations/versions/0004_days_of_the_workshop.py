"""days of the workshop."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from portal.core.tokens import new_ticket

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


STATES = ("attended", "partial", "excused", "no_show")
STATE_CHECK = "ck_attendance_mark_attendancestate"

feed = sa.table("calendar_feed", sa.column("subject"))
mark = sa.table("attendance_mark", sa.column("state"), sa.column("at"), sa.column("noted_at"))
registration = sa.table(
    "registration", sa.column("id"), sa.column("workshop_id"), sa.column("ticket", sa.String(6))
)


def upgrade() -> None:
    with op.batch_alter_table('user') as batch_op:
        batch_op.create_index(batch_op.f('ix_user_approved_by_id'), ['approved_by_id'], unique=False)

    op.create_table('heartbeat',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_heartbeat'))
    )
    op.create_table('told',
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_told'))
    )
    op.create_table('group_letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('recipients', sa.String(length=200), nullable=False),
    sa.Column('subject_th', sa.String(length=200), nullable=False),
    sa.Column('subject_en', sa.String(length=200), nullable=False),
    sa.Column('body_th', sa.Text(), nullable=False),
    sa.Column('body_en', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_group_letter_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_group_letter_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_group_letter')),
    sa.UniqueConstraint('code', name=op.f('uq_group_letter_code'))
    )
    with op.batch_alter_table('group_letter') as batch_op:
        batch_op.create_index(batch_op.f('ix_group_letter_workshop_id'), ['workshop_id'], unique=False)

    op.create_table('import_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_import_run_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['undone_by_id'], ['user.id'], name=op.f('fk_import_run_undone_by_id_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
    sa.UniqueConstraint('code', name=op.f('uq_import_run_code'))
    )
    with op.batch_alter_table('import_run') as batch_op:
        batch_op.create_index(batch_op.f('ix_import_run_kind'), ['kind'], unique=False)

    with op.batch_alter_table('attendance_mark') as batch_op:
        batch_op.add_column(sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('run_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_attendance_mark_run_id'), ['run_id'], unique=False)
        batch_op.create_index('ix_attendance_mark_session_id_id', ['session_id', 'id'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_attendance_mark_key'), ['key'])
        batch_op.create_foreign_key(batch_op.f('fk_attendance_mark_run_id_import_run'), 'import_run', ['run_id'], ['id'])
        _allow_states(batch_op, (*STATES, "withdrawn"))
    op.execute(sa.update(mark).values(noted_at=mark.c.at))
    with op.batch_alter_table('attendance_mark') as batch_op:
        batch_op.alter_column("noted_at", existing_type=sa.DateTime(timezone=True), nullable=False)

    with op.batch_alter_table('calendar_feed') as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=80), nullable=False, server_default="mine"))
        batch_op.drop_constraint(batch_op.f('uq_calendar_feed_user_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_calendar_feed_user_id_subject'), ['user_id', 'subject'])

    with op.batch_alter_table('outbox_message') as batch_op:
        batch_op.add_column(sa.Column('batch', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_outbox_message_batch'), ['batch'], unique=False)

    with op.batch_alter_table('registration') as batch_op:
        batch_op.add_column(sa.Column('ticket', sa.String(length=6), nullable=True))
    _give_tickets()
    with op.batch_alter_table('registration') as batch_op:
        batch_op.alter_column("ticket", existing_type=sa.String(length=6), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_registration_workshop_id_ticket'), ['workshop_id', 'ticket'])

    with op.batch_alter_table("calendar_feed") as batch_op:
        batch_op.alter_column("subject", server_default=None)


def _allow_states(batch_op: BatchOperations, states: tuple[str, ...]) -> None:
    batch_op.drop_constraint(op.f(STATE_CHECK), type_="check")
    batch_op.create_check_constraint(op.f(STATE_CHECK), sa.column("state").in_(states))


def _give_tickets() -> None:
    """To everybody registered already, each their own within a workshop."""
    connection = op.get_bind()
    given: set[tuple[int, str]] = set()
    for row in connection.execute(sa.select(registration.c.id, registration.c.workshop_id)).all():
        ticket = new_ticket()
        while (row.workshop_id, ticket) in given:
            ticket = new_ticket()
        given.add((row.workshop_id, ticket))
        connection.execute(sa.update(registration).where(registration.c.id == row.id).values(ticket=ticket))


def downgrade() -> None:
    with op.batch_alter_table('user') as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_approved_by_id'))

    with op.batch_alter_table('registration') as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_registration_workshop_id_ticket'), type_='unique')
        batch_op.drop_column('ticket')

    with op.batch_alter_table('outbox_message') as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_message_batch'))
        batch_op.drop_column('handed_over_at')
        batch_op.drop_column('batch')

    op.execute(sa.delete(feed).where(feed.c.subject != "mine"))
    with op.batch_alter_table('calendar_feed') as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_calendar_feed_user_id_subject'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_calendar_feed_user_id'), ['user_id'])
        batch_op.drop_column('subject')

    op.execute(sa.delete(mark).where(mark.c.state == "withdrawn"))
    with op.batch_alter_table('attendance_mark') as batch_op:
        _allow_states(batch_op, STATES)
        batch_op.drop_constraint(batch_op.f('fk_attendance_mark_run_id_import_run'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_attendance_mark_key'), type_='unique')
        batch_op.drop_index('ix_attendance_mark_session_id_id')
        batch_op.drop_index(batch_op.f('ix_attendance_mark_run_id'))
        batch_op.drop_column('run_id')
        batch_op.drop_column('key')
        batch_op.drop_column('noted_at')

    with op.batch_alter_table('import_run') as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_run_kind'))

    op.drop_table('import_run')
    with op.batch_alter_table('group_letter') as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_letter_workshop_id'))

    op.drop_table('group_letter')
    op.drop_table('told')
    op.drop_table('heartbeat')
