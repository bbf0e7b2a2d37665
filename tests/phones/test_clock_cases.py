"""Phones whose clocks are wrong: what counts is the corrected time, what they said is kept beside it (SYNC 3b)."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.visits.models import Visit
from tests import town
from tests.phones.conftest import Enrol
from tests.phones.phone import reseal
from tests.visits.homes import homes, needing, reckoned, tasks, visit_rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
CLOSE = timedelta(minutes=2)


async def only_visit(runtime: Runtime, home: UUID) -> Visit:
    (row,) = await visit_rows(runtime, home)
    return row


async def test_clock_3_days_fast(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """Before and after the page is loaded anew; the worker is warned, never held up."""
    alone, other = await needing(runtime), await needing(runtime, room="502")
    phone = await phone_of()
    phone.clock.skew = timedelta(days=3)
    await phone.pull()
    clock.advance(hours=1)
    true_times = [clock.now()]
    phone.visit(alone)
    phone.clock.reload()
    clock.advance(hours=1)
    true_times.append(clock.now())
    phone.visit(other)
    phone.clock.reload()
    clock.advance(hours=4)
    await phone.flush()
    for home, true in zip((alone, other), true_times, strict=True):
        row = await only_visit(runtime, home)
        assert abs(row.at - true) <= CLOSE
        assert row.occurred_at == true + timedelta(days=3), "what the phone said is kept"
        assert row.clock_quality == "skewed"
        assert (await tasks(runtime, home))["living_alone_month"] == "covered"
    assert phone.warned == 1


async def test_clock_reset_1970(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """A flat battery: nothing but the last contact and the receipt bound the time. The visit counts."""
    alone = await needing(runtime)
    phone = await phone_of()
    await phone.pull()
    contact = clock.now()
    clock.advance(hours=2)
    phone.clock.reload()
    phone.clock.skew = datetime(1970, 1, 1, tzinfo=UTC) - clock.now()
    phone.visit(alone)
    phone.clock.reload()
    phone.clock.skew = timedelta(0)
    clock.advance(hours=1)
    await phone.flush()
    row = await only_visit(runtime, alone)
    assert contact <= row.at <= row.received_at
    assert (row.clock_quality, row.occurred_at.year) == ("unknown", 1970)
    assert (await tasks(runtime, alone))["living_alone_month"] == "covered"


async def test_clock_never_set(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """A phone that has not heard the service's time since it was loaded, and is a year ahead."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.offset = phone.contact_at = None
    phone.clock.skew = timedelta(days=365)
    clock.advance(minutes=10)
    phone.visit(home)
    phone.clock.reload()
    clock.advance(minutes=10)
    await phone.flush()
    row = await only_visit(runtime, home)
    assert row.at <= row.received_at
    assert row.clock_quality == "unknown"


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
@pytest.mark.parametrize("offset", [0, 10**14, -(10**14)])
async def test_clock_at_the_end_of_time(phone_of: Enrol, runtime: Runtime, when: str, offset: int) -> None:
    """Times no calendar holds: refused or bounded, and the others of the batch go on."""
    one, other = await homes(runtime, "501", "502")
    phone = await phone_of()
    odd = phone.visit(one).body
    odd["occurred_at"] = when
    odd["clock"] |= {"session": "another", "offset_ms": offset}
    reseal(odd)
    phone.visit(other)
    results = await phone.push()
    assert results[0]["status"] in ("applied", "rejected")
    assert results[1]["status"] == "applied"


async def test_clock_changed_between_visits(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """Put right by the network in mid-round: both visits keep their true times."""
    one, other = await homes(runtime, "501", "502")
    phone = await phone_of()
    phone.clock.skew = timedelta(hours=-5)
    await phone.pull()
    clock.advance(minutes=30)
    first = clock.now()
    phone.visit(one)
    phone.clock.skew = timedelta(0)
    clock.advance(minutes=30)
    second = clock.now()
    phone.visit(other)
    clock.advance(hours=3)
    await phone.flush()
    rows = [await only_visit(runtime, home) for home in (one, other)]
    assert [abs(row.at - true) <= CLOSE for row, true in zip(rows, (first, second), strict=True)] == [True, True]
    assert rows[0].clock_quality == "skewed"


async def test_time_zone_changed(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """The offset is said with each time, so a phone set to another zone means the same moment."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    await phone.pull()
    clock.advance(hours=1)
    body = phone.visit(home).body
    body["occurred_at"] = clock.now().astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()
    reseal(body)
    await phone.flush()
    row = await only_visit(runtime, home)
    assert row.at == row.occurred_at == clock.now()
    assert row.clock_quality == "ok"


async def test_month_end_late_sync(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """Visited on the last evening of the month, received in the next: it covers the old month, not the new."""
    alone = await needing(runtime)
    last = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)  # 18:00 in Kunming
    clock.advance(seconds=(last - town.MORNING).total_seconds())
    phone = await phone_of()
    await phone.pull()
    phone.visit(alone)
    clock.advance(days=2)
    await reckoned(runtime, alone)
    await phone.sync()
    assert (await tasks(runtime, alone, date(2026, 11, 30)))["living_alone_month"] == "covered"
    assert (await tasks(runtime, alone))["living_alone_month"] == "open"
    assert await phone.sync()
    assert await phone.agrees()
