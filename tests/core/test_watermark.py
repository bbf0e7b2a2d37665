"""How far the feed may be read: no further than the oldest transaction that still runs."""

import psycopg
import pytest
from cluster import Cluster

from app.core.work import Runtime, open_city, running

pytestmark = pytest.mark.anyio


async def test_a_transaction_of_another_database_holds_nothing_back(
    runtime: Runtime, cluster: Cluster, database: str
) -> None:
    """The oldest running transaction is this database's own: two on one server do not wait for each other."""
    number = "select pg_current_xact_id()::text::bigint"

    async def seen() -> tuple[int, int]:
        """Looked at after one more transaction has come and gone, so that a snapshot reaches beyond the others."""
        with psycopg.connect(cluster.url("cluster", "postgres")) as later:
            later.execute(number)
        async with open_city(runtime) as session:
            return await running(session)

    with psycopg.connect(cluster.url("cluster", "postgres")) as elsewhere:
        (foreign,) = elsewhere.execute(number).fetchone() or (0,)
        oldest, following = await seen()
        assert foreign < oldest == following
        with psycopg.connect(cluster.url("app", database)) as here:
            (own,) = here.execute(number).fetchone() or (0,)
            assert (await seen())[0] == own
        oldest, following = await seen()
        assert foreign < oldest == following
