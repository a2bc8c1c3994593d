"""keys that are not believed any more."""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.add_column(sa.Column('distrusted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('distrusted_why', sa.String(length=300), nullable=False, server_default=''))
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.alter_column('distrusted_why', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('signing_key') as batch_op:
        batch_op.drop_column('distrusted_why')
        batch_op.drop_column('distrusted_at')
