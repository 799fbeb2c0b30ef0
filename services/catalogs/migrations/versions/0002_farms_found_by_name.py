"""farms found by name"""

from alembic import op
import sqlalchemy as sa

from services.catalogs.domain import searchable

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

FARMS = sa.table("producers", sa.column("id", sa.Uuid()), sa.column("name"), sa.column("search_name"))


def upgrade() -> None:
    with op.batch_alter_table('producers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('search_name', sa.Text(), nullable=True))

    named = op.get_bind().execute(sa.select(FARMS.c.id, FARMS.c.name)).all()
    for farm in named:
        kept = sa.update(FARMS).where(FARMS.c.id == farm.id).values(search_name=searchable(farm.name))
        op.get_bind().execute(kept)

    with op.batch_alter_table('producers', schema=None) as batch_op:
        batch_op.alter_column('search_name', existing_type=sa.Text(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('producers', schema=None) as batch_op:
        batch_op.drop_column('search_name')
