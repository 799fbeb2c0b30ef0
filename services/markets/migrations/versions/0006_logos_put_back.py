"""logos put back"""

from alembic import op
import sqlalchemy as sa
from shared import db as types

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('logos', schema=None) as batch_op:
        batch_op.add_column(sa.Column('removed_at', types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.execute('DELETE FROM logos WHERE removed_at IS NOT NULL')
    with op.batch_alter_table('logos', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
