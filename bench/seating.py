"""Signed-in callers for the parts that go through the application over ASGI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import httpx2

from app.core.work import Runtime, open_city
from app.main import create_app
from app.people import actions
from bench.database import DISTRICT, SCHEMA, Bench


@asynccontextmanager
async def browser(bench: Bench, database: str, runtime: Runtime) -> AsyncIterator[httpx2.AsyncClient]:
    """The whole application on that database, without a network; faults come out as exceptions."""
    app = create_app(bench.settings(database), runtime)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://bench/api/v1") as client:
        yield client


async def sign_in(bench: Bench, database: str, runtime: Runtime, post_id: UUID) -> dict[str, str]:
    """The headers of the account in a post; made-up posts name accounts that nobody registered before."""
    with bench.admin(database) as admin:
        row = admin.execute(f"select account_id from {SCHEMA}.post where id = %s", [post_id]).fetchone()
        account_id = row[0] if row else UUID(int=0)
        admin.execute(
            "insert into directory.account (id, username, display_name, password_hash, created_at)"
            " values (%s, %s, '测试员', '-', %s) on conflict do nothing",
            (account_id, f"b{account_id.hex}", datetime.now(UTC)),
        )
    async with open_city(runtime) as session:
        token, _ = await actions.issue_token(session, runtime, account_id, DISTRICT, post_id)
    return {"Authorization": f"Bearer {token}"}
