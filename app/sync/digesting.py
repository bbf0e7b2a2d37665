"""The digest: per type, how many records a phone should hold and a hash over them; what differs it fetches."""

import hashlib
from typing import Any

from app.core.work import Work
from app.sync import devices
from app.sync.holding import holding_of
from app.sync.schemas import DigestOut
from app.sync.showing import KINDS


async def digest(work: Work) -> DigestOut:
    """Count and SHA-256 over `id:rev` lines in the order of ids."""
    holding = await holding_of(work)
    types: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        query = kind.rows(work, holding)  # itself, not inside another query: the scope has to find its tables
        held = sorted(f"{row.id}:{row.rev}" for row in await work.session.execute(query))
        types[kind.name] = {"count": len(held), "hash": hashlib.sha256("\n".join(held).encode()).hexdigest()}
    return DigestOut(
        server_time=work.clock.now(), scope_epoch=holding.epoch, store_epoch=await devices.store_epoch(work),
        types=types,
    )  # fmt: skip
