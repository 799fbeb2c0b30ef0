"""until when accounts are asked"""

from alembic import op
import sqlalchemy as sa
from shared import db as types

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('payment_accounts', schema=None) as batch_op:
        batch_op.add_column(sa.Column('due_by', types.UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('payment_accounts', schema=None) as batch_op:
        batch_op.drop_column('due_by')
