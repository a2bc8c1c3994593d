"""statements for a record store."""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('xapi_cursor',
    sa.Column('facts', sa.String(length=40), nullable=False),
    sa.Column('last_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('facts', name=op.f('pk_xapi_cursor'))
    )
    op.create_table('xapi_line',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=500), nullable=False),
    sa.Column('last_sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_xapi_line'))
    )
    op.create_table('xapi_statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('queued', 'sent', 'refused', name='statementstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('last_error', sa.String(length=500), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_xapi_statement_sent_has_its_time')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_xapi_statement')),
    sa.UniqueConstraint('uuid', name=op.f('uq_xapi_statement_uuid'))
    )
    with op.batch_alter_table('xapi_statement') as batch_op:
        batch_op.create_index('ix_xapi_statement_status_id', ['status', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('xapi_statement') as batch_op:
        batch_op.drop_index('ix_xapi_statement_status_id')

    op.drop_table('xapi_statement')
    op.drop_table('xapi_line')
    op.drop_table('xapi_cursor')
