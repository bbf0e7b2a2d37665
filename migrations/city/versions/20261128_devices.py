"""Tokens of devices, the store's epoch"""

import sqlalchemy as sa
from alembic import op

revision = "20261128"
down_revision = "20261121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_epoch",
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("store_epoch_pkey")),
        schema="directory",
    )
    op.execute("insert into directory.store_epoch (epoch, since) values (gen_random_uuid(), now())")
    op.add_column("token", sa.Column("device_id", sa.Uuid(), nullable=True), schema="directory")
    op.create_index(
        "token_of_device",
        "token",
        ["device_id"],
        unique=False,
        schema="directory",
        postgresql_where=sa.text("device_id is not null"),
    )
