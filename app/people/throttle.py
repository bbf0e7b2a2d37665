"""The slow-down of guesses: per account, per address and per both; never a lock from foreign addresses.

Each bucket lets some failures through, then demands growing pauses. An address from which the account has
signed in before is measured by its own bucket only, so that a siege from elsewhere does not keep the owner out
(HOUSE 4.8, TRUST 1: at most 30 guesses an account and hour).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.crypto import Keys
from app.core.errors import TooMany
from app.people.models import KnownAddress, LoginAttempt

WINDOW = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)


class SlowDown(TooMany):
    """Too many failed guesses lately."""

    code = "slow_down"
    zh = "尝试次数过多,请在 {seconds} 秒后重试。"
    en = "Too many attempts; try again in {seconds} seconds."


@dataclass(frozen=True)
class Bucket:
    """A counter: `free` failures pass at once, later ones wait `2**n` seconds, at most `cap` in the hour.

    A right password clears it, but for a `shared` one only takes back itself: whoever has one account could
    otherwise guess at the others for ever.
    """

    key: bytes
    free: int
    cap: int
    shared: bool = False


def buckets(keys: Keys, username: str, address: str, *, known: bool) -> list[Bucket]:
    """The counters a guess is measured by; names and addresses are stored only as keyed hashes."""

    def key(*parts: str) -> bytes:
        return keys.keyed_hash("\n".join(parts), "login")

    pair = Bucket(key("pair", username, address), free=4, cap=10)
    if known:
        return [pair]
    return [
        pair,
        Bucket(key("account", username), free=8, cap=15),  # two windows may meet: 29 within one hour at worst
        Bucket(key("address", address), free=20, cap=200, shared=True),
    ]


async def is_known(session: AsyncSession, keys: Keys, account_id: UUID, address: str, now: datetime) -> bool:
    """Whether the account has signed in from this address lately."""
    same = (
        KnownAddress.account_id == account_id,
        KnownAddress.address_hash == keys.keyed_hash(address, "address"),
    )
    found = await session.scalar(select(KnownAddress.at).where(*same, KnownAddress.at > now - KNOWN_FOR))
    return found is not None


async def admit(session: AsyncSession, watched: Sequence[Bucket], now: datetime) -> None:
    """Count this guess in every bucket before it is tried; `SlowDown` when one of them has to wait.

    Counting first means that parallel guesses cannot all slip through; success clears the counters.
    """
    for bucket in sorted(watched, key=lambda b: b.key):
        row = {"bucket": bucket.key, "failures": 0, "since": now, "next_at": now}
        await session.execute(insert(LoginAttempt).values(row).on_conflict_do_nothing())
        held = await session.get_one(LoginAttempt, bucket.key, with_for_update=True)
        if held.since <= now - WINDOW:
            held.failures, held.since, held.next_at = 0, now, now
        full = held.failures >= bucket.cap
        ready = held.since + WINDOW if full else held.next_at
        if ready > now:
            seconds = max(1, int((ready - now).total_seconds()) + 1)
            raise SlowDown(seconds, seconds=seconds)
        held.failures += 1
        over = held.failures - bucket.free
        held.next_at = now + timedelta(seconds=2 ** min(over, 10)) if over > 0 else now
    await session.flush()


async def forgive(
    session: AsyncSession,
    keys: Keys,
    watched: Sequence[Bucket],
    account_id: UUID,
    address: str,
    now: datetime,
) -> None:
    """A right password: the counters of this name begin anew, and the address is known."""
    own = [bucket.key for bucket in watched if not bucket.shared]
    await session.execute(delete(LoginAttempt).where(LoginAttempt.bucket.in_(own)))
    taken_back = update(LoginAttempt).where(LoginAttempt.bucket.in_([b.key for b in watched if b.shared]))
    await session.execute(taken_back.values(failures=func.greatest(LoginAttempt.failures - 1, 0), next_at=now))
    row = {"account_id": account_id, "address_hash": keys.keyed_hash(address, "address"), "at": now}
    known = insert(KnownAddress).values(row)
    await session.execute(
        known.on_conflict_do_update(index_elements=["account_id", "address_hash"], set_={"at": now})
    )
