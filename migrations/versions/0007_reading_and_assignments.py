"""reading and assignments."""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('assignment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_assignment_agency_id_agency')),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_assignment_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_assignment_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('code', name=op.f('uq_assignment_code'))
    )
    with op.batch_alter_table('assignment') as batch_op:
        batch_op.create_index('ix_assignment_agency_id_course', ['agency_id', 'course'], unique=False)
        batch_op.create_index('uq_assignment_standing', ['user_id', 'agency_id', 'course', 'module'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('lesson_place',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('lesson', sa.String(length=120), nullable=False),
    sa.Column('heading', sa.String(length=120), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reached_end_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_lesson_place_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_place')),
    sa.UniqueConstraint('user_id', 'course', 'module', 'lesson', name=op.f('uq_lesson_place_user_id_course_module_lesson'))
    )
    op.create_table('note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('lesson', sa.String(length=120), nullable=False),
    sa.Column('heading', sa.String(length=120), nullable=False),
    sa.Column('words', sa.String(length=4000), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_note_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note')),
    sa.UniqueConstraint('code', name=op.f('uq_note_code'))
    )
    with op.batch_alter_table('note') as batch_op:
        batch_op.create_index('ix_note_user_id_course', ['user_id', 'course', 'module', 'lesson'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('note') as batch_op:
        batch_op.drop_index('ix_note_user_id_course')

    op.drop_table('note')
    op.drop_table('lesson_place')
    with op.batch_alter_table('assignment') as batch_op:
        batch_op.drop_index('uq_assignment_standing', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_assignment_agency_id_course')

    op.drop_table('assignment')
