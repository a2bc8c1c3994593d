"""what long lists are sorted and searched by."""

import sqlalchemy as sa
from alembic import op

from portal.core import thai

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

agency = sa.table(
    "agency", *map(sa.column, ("id", "name_th", "name_en", "abbrev_th", "code", "sort_key", "searched"))
)
user = sa.table("user", *map(sa.column, ("id", "name", "email", "sort_key", "searched")))


def upgrade() -> None:
    with op.batch_alter_table("agency") as batch_op:
        batch_op.add_column(sa.Column("searched", sa.String(length=800), nullable=False, server_default=""))
    with op.batch_alter_table("user") as batch_op:
        batch_op.add_column(sa.Column("sort_key", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("searched", sa.String(length=600), nullable=False, server_default=""))
    _fill(agency, "name_th", ("name_th", "name_en", "abbrev_th", "code"))
    _fill(user, "name", ("name", "email"))
    with op.batch_alter_table("agency") as batch_op:
        batch_op.alter_column("searched", server_default=None)
    with op.batch_alter_table("user") as batch_op:
        batch_op.alter_column("sort_key", server_default=None)
        batch_op.alter_column("searched", server_default=None)


def _fill(table: sa.TableClause, name: str, columns: tuple[str, ...]) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(table)).mappings().all():
        searched = " ".join(thai.search_key(row[column]) for column in columns if row[column])
        keys = {"sort_key": thai.sort_key(row[name]), "searched": searched}
        connection.execute(sa.update(table).where(table.c.id == row["id"]).values(keys))


def downgrade() -> None:
    with op.batch_alter_table("user") as batch_op:
        batch_op.drop_column("searched")
        batch_op.drop_column("sort_key")
    with op.batch_alter_table("agency") as batch_op:
        batch_op.drop_column("searched")
