"""A reporter's first tap says whether it is solved; the level may follow"""

from alembic import op

revision = "20261130r"
down_revision = "20261130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("rating", "satisfaction", nullable=True)
