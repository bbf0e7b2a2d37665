"""Runs one district's migrations on a connection whose path is that district's schema (HOUSE 3)."""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy.dialects.postgresql.base import ischema_names

from app.core.outbox import Xid8
from app.tables import metadata

ischema_names["xid8"] = Xid8  # or reflection warns of an unknown type


def _of_district(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    if kind == "table" and thing.schema is not None:
        return False
    return bool(alembic_helpers.include_object(thing, name, kind, reflected, other))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_of_district,
    process_revision_directives=alembic_helpers.writer,
    render_item=alembic_helpers.render_item,
    version_table_schema=None,
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
