"""Draft a migration: the difference between the models and a freshly migrated test database.

    .venv/bin/python scripts/revision.py district 20261201_estates "Estates"

Writes migrations/<tree>/versions/<slug>.py; read it, keep one statement per step, change no type in place.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from cluster import Cluster
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app import districts
from app.core.work import schema_of

SCRATCH = "530199"


def main(tree: str, slug: str, message: str) -> None:
    """Migrate a scratch district, compare, write the draft, drop the scratch schema."""
    cluster = Cluster(testing=True)
    cluster.up()
    url = cluster.url("owner")
    districts.migrate_city(url)
    schema = "nowhere"
    if tree == "district":
        schema = schema_of(SCRATCH)
        districts.migrate_district(url, SCRATCH)
    config = Config()
    config.set_main_option("script_location", str(districts.TREES / tree))
    config.set_main_option("file_template", slug)
    with districts.owner_engine(url, schema).connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=slug.split("_", maxsplit=1)[0])
        connection.rollback()
        if tree == "district":
            connection.execute(text(f"drop schema {schema} cascade"))
            connection.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
