"""learning at full strength."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

KINDS = ("answer", "autosave", "submit")
KIND_CHECK = "ck_step_stepkind"

step = sa.table("step", sa.column("kind"))
passed = sa.table("module_pass", sa.column("ended_at"))


def upgrade() -> None:
    op.create_table('extra_time',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('agency_id', sa.Integer(), nullable=True),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('per_cent', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('given_by_id', sa.Integer(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(user_id IS NULL) <> (agency_id IS NULL)', name=op.f('ck_extra_time_person_or_agency')),
    sa.ForeignKeyConstraint(['agency_id'], ['agency.id'], name=op.f('fk_extra_time_agency_id_agency')),
    sa.ForeignKeyConstraint(['given_by_id'], ['user.id'], name=op.f('fk_extra_time_given_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_extra_time_user_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extra_time')),
    sa.UniqueConstraint('code', name=op.f('uq_extra_time_code'))
    )
    with op.batch_alter_table('extra_time') as batch_op:
        batch_op.create_index(batch_op.f('ix_extra_time_agency_id'), ['agency_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_extra_time_user_id'), ['user_id'], unique=False)

    op.create_table('draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['begun_by_id'], ['user.id'], name=op.f('fk_draft_begun_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], name=op.f('fk_draft_edition_id_edition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft')),
    sa.UniqueConstraint('course', name=op.f('uq_draft_course'))
    )
    op.create_table('key_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('course', sa.String(length=60), nullable=False),
    sa.Column('module', sa.String(length=60), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('rule', sa.Enum('key', 'free', 'void', name='correctionrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=500), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_key_correction_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], name=op.f('fk_key_correction_edition_id_edition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_correction')),
    sa.UniqueConstraint('code', name=op.f('uq_key_correction_code'))
    )
    with op.batch_alter_table('key_correction') as batch_op:
        batch_op.create_index('ix_key_correction_course_module', ['course', 'module'], unique=False)

    op.create_table('assessment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('is_own', sa.Boolean(), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('comment', sa.String(length=2000), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_assessment_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_assessment_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment'))
    )
    with op.batch_alter_table('assessment') as batch_op:
        batch_op.create_index('ix_assessment_attempt_id_question', ['attempt_id', 'question'], unique=False)

    op.create_table('draft_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['user.id'], name=op.f('fk_draft_file_changed_by_id_user'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_file_draft_id_draft'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_file')),
    sa.UniqueConstraint('draft_id', 'path', name=op.f('uq_draft_file_draft_id_path'))
    )
    op.create_table('regrade',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('correction_id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('score_before', sa.Double(), nullable=False),
    sa.Column('score_after', sa.Double(), nullable=False),
    sa.Column('max_before', sa.Double(), nullable=False),
    sa.Column('max_after', sa.Double(), nullable=False),
    sa.Column('passed_before', sa.Boolean(), nullable=False),
    sa.Column('passed_after', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_regrade_attempt_id_attempt')),
    sa.ForeignKeyConstraint(['correction_id'], ['key_correction.id'], name=op.f('fk_regrade_correction_id_key_correction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrade')),
    sa.UniqueConstraint('correction_id', 'attempt_id', name=op.f('uq_regrade_correction_id_attempt_id'))
    )
    with op.batch_alter_table('regrade') as batch_op:
        batch_op.create_index(batch_op.f('ix_regrade_attempt_id'), ['attempt_id'], unique=False)

    with op.batch_alter_table('attempt') as batch_op:
        batch_op.add_column(sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('points', sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column('seconds', sa.JSON(), nullable=False, server_default="{}"))
        batch_op.drop_index('ix_attempt_user_id_course_module')
        batch_op.create_index('ix_attempt_user_id_course_module', ['user_id', 'course', 'module', 'submitted_at'], unique=False)
        batch_op.create_index('ix_attempt_course_module', ['course', 'module', 'submitted_at'], unique=False)
        batch_op.create_index('ix_attempt_due_at', ['due_at'], unique=False, sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))
    with op.batch_alter_table('attempt') as batch_op:
        batch_op.alter_column("points", server_default=None)
        batch_op.alter_column("seconds", server_default=None)

    with op.batch_alter_table('step') as batch_op:
        _allow_kinds(batch_op, (*KINDS, "timeout"))

    with op.batch_alter_table('module_pass') as batch_op:
        batch_op.add_column(sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_module_pass_user_id_agency_id_course_module'), type_='unique')
        batch_op.create_index('ix_module_pass_ended_at', ['ended_at'], unique=False, sqlite_where=sa.text('ended_at IS NOT NULL'), postgresql_where=sa.text('ended_at IS NOT NULL'))
        batch_op.create_index('uq_module_pass_counting', ['user_id', 'agency_id', 'course', 'module'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    _index_passes("ended_at")


# Coverage is read from these alone.
PASSES = {
    'ix_module_pass_coverage': ('course', 'agency_id', 'module', 'passed_at'),
    'ix_module_pass_people': ('course', 'agency_id', 'user_id', 'module'),
}


def _index_passes(*more: str) -> None:
    with op.batch_alter_table('module_pass') as batch_op:
        for name, columns in PASSES.items():
            batch_op.drop_index(name)
            batch_op.create_index(name, [*columns, *more], unique=False)


def _allow_kinds(batch_op: BatchOperations, kinds: tuple[str, ...]) -> None:
    batch_op.drop_constraint(op.f(KIND_CHECK), type_="check")
    batch_op.create_check_constraint(op.f(KIND_CHECK), sa.column("kind").in_(kinds))


def downgrade() -> None:
    op.execute(sa.update(step).where(step.c.kind == "timeout").values(kind="submit"))
    with op.batch_alter_table('step') as batch_op:
        _allow_kinds(batch_op, KINDS)

    op.execute(sa.delete(passed).where(passed.c.ended_at.is_not(None)))
    _index_passes()
    with op.batch_alter_table('module_pass') as batch_op:
        batch_op.drop_index('uq_module_pass_counting', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_module_pass_ended_at', sqlite_where=sa.text('ended_at IS NOT NULL'), postgresql_where=sa.text('ended_at IS NOT NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_module_pass_user_id_agency_id_course_module'), ['user_id', 'agency_id', 'course', 'module'])
        batch_op.drop_column('ended_at')

    with op.batch_alter_table('attempt') as batch_op:
        batch_op.drop_index('ix_attempt_due_at', sqlite_where=sa.text('submitted_at IS NULL'), postgresql_where=sa.text('submitted_at IS NULL'))
        batch_op.drop_index('ix_attempt_course_module')
        batch_op.drop_index('ix_attempt_user_id_course_module')
        batch_op.create_index('ix_attempt_user_id_course_module', ['user_id', 'course', 'module'], unique=False)
        batch_op.drop_column('seconds')
        batch_op.drop_column('points')
        batch_op.drop_column('due_at')

    with op.batch_alter_table('regrade') as batch_op:
        batch_op.drop_index(batch_op.f('ix_regrade_attempt_id'))

    op.drop_table('regrade')
    op.drop_table('draft_file')
    with op.batch_alter_table('assessment') as batch_op:
        batch_op.drop_index('ix_assessment_attempt_id_question')

    op.drop_table('assessment')
    with op.batch_alter_table('key_correction') as batch_op:
        batch_op.drop_index('ix_key_correction_course_module')

    op.drop_table('key_correction')
    op.drop_table('draft')
    with op.batch_alter_table('extra_time') as batch_op:
        batch_op.drop_index(batch_op.f('ix_extra_time_user_id'))
        batch_op.drop_index(batch_op.f('ix_extra_time_agency_id'))

    op.drop_table('extra_time')
