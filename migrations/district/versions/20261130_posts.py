"""The trail of posts"""

import sqlalchemy as sa
from alembic import op

revision = "20261130"
down_revision = "20261129"
branch_labels = None
depends_on = None

GENESIS = "decode(repeat('00', 32), 'hex')"


def upgrade() -> None:
    op.add_column("post", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "post", sa.Column("trail_hash", sa.LargeBinary(), server_default=sa.text(GENESIS), nullable=False)
    )
