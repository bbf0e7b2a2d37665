"""Directory, shared lists, roll-up"""

import sqlalchemy as sa
from alembic import op

revision = "20261121"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("work_phone", sa.LargeBinary(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("username", name=op.f("account_username_key")),
        schema="directory",
    )
    op.create_table(
        "district",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("dsn", sa.Text(), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("district_pkey")),
        schema="directory",
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("heartbeat_pkey")),
        schema="directory",
    )
    op.create_table(
        "login_attempt",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("login_attempt_pkey")),
        schema="directory",
    )
    op.create_table(
        "known_address",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["directory.account.id"], name=op.f("known_address_account_id_fkey")
        ),
        sa.PrimaryKeyConstraint("account_id", "address_hash", name=op.f("known_address_pkey")),
        schema="directory",
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("district", sa.String(length=6), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["directory.account.id"], name=op.f("membership_account_id_fkey")),
        sa.PrimaryKeyConstraint("account_id", "district", name=op.f("membership_pkey")),
        schema="directory",
    )
    op.create_table(
        "token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("district", sa.String(length=6), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["directory.account.id"], name=op.f("token_account_id_fkey")),
        sa.PrimaryKeyConstraint("hash", name=op.f("token_pkey")),
        schema="directory",
    )
    op.create_index(op.f("token_account_id_idx"), "token", ["account_id"], unique=False, schema="directory")
    # Two-character words are the normal case in Chinese and trigrams cannot serve them. Written with pg_catalog
    # throughout, because it stands in an index of every district's schema.
    op.execute(
        """
        create function shared.bigrams(words text) returns text[]
        language sql immutable parallel safe strict
        as $$ select coalesce(array_agg(distinct substr(words, i, 2)), '{}')
              from generate_series(1, length(words) - 1) i $$
        """
    )
