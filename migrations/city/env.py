"""Runs the city's migrations on the connection `app.districts` hands over: schemas directory and shared only."""

from typing import Any

from alembic import context

from app.tables import OF_CITY, metadata


def _of_city(thing: Any, kind: str) -> bool:
    return kind != "table" or thing.schema in OF_CITY


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_schemas=True,
    include_name=lambda name, kind, _: kind != "schema" or name in OF_CITY,
    include_object=lambda thing, _name, kind, _reflected, _other: _of_city(thing, kind),
    version_table_schema="directory",
    compare_type=True,
)

with context.begin_transaction():
    context.run_migrations()
