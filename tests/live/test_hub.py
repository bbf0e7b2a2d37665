"""Screens are told what changes among what they see, once each, and nothing else (SYNC, trap 1; UX B5)."""

from typing import Any

import pytest
from psycopg import AsyncConnection

from app.core.work import Runtime
from app.live.hub import KEPT, ROOM, Channel, Hub, Screen, Told
from app.people.login import identify_by
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, THERE, raised

pytestmark = pytest.mark.anyio


@pytest.fixture
def hub(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that looks only when the test does."""
    monkeypatch.setattr("app.live.hub.EVERY_S", 3600)
    return Hub(runtime)


def seat_of(runtime: Runtime, desk: Desk) -> Any:
    return identify_by(runtime, str(desk.token), "local")


def told(screen: Screen) -> list[Told | None]:
    found = []
    while not screen.queue.empty():
        found.append(screen.queue.get_nowait())
    return found


def subjects(screen: Screen) -> list[tuple[str, str]]:
    return [(one.changed.kind, str(one.changed.of)) for one in told(screen) if one and one.changed]


async def test_each_screen_hears_of_its_own_ground_only(
    hub: Hub, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    west, east = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.STREET_DISPATCHER, town.EAST)
    unit = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    channel = hub.channel(HERE)
    before = (await raised(public, town.IN_B1))["id"]
    async with (
        channel.open(seat_of(runtime, west), None) as at_west,
        channel.open(seat_of(runtime, east), None) as at_east,
        channel.open(seat_of(runtime, unit), None) as at_unit,
    ):
        await channel.look()
        assert told(at_west) == [], f"{before} happened before anybody looked"
        there = (await raised(public, town.IN_FIELD))["id"]
        here = (await raised(public, town.IN_B1))["id"]
        foreign = (await raised(public, town.IN_B1, district=THERE))["id"]
        await channel.look()
        await channel.look()
        assert set(subjects(at_west)) == {("issue", here)}
        assert set(subjects(at_east)) == {("issue", there)}
        assert told(at_unit) == []
        answer = await west.step(here, "dispatch", lead_unit="chengguan", reason="属职责范围")
        assert answer.status_code == 200, answer.text
        await channel.look()
        assert {kind for kind, of in subjects(at_west) if of == here} >= {"issue"}
        assert {of for _, of in subjects(at_unit)} == {here}
        assert foreign not in str(channel.kept)


async def test_an_event_that_commits_late_is_told_late_and_once(
    hub: Hub, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    channel = hub.channel(HERE)
    async with channel.open(seat_of(runtime, street), None) as screen:
        url = runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        async with await AsyncConnection.connect(url) as slow:
            await slow.execute("select pg_current_xact_id()")  # an older transaction that goes on
            first = (await raised(public, town.IN_B1))["id"]
            await channel.look()
            assert {of for _, of in subjects(screen)} == {first}, "a long transaction holds nothing back"
            await channel.look()
            assert told(screen) == [], "and nothing is told twice meanwhile"
            await slow.execute("set search_path = t_530114, public")
            copied = "id, subject_id, seq, event, payload, at, next_try_at"
            await slow.execute(
                f"insert into outbox ({copied}) select %s, subject_id, seq, event, payload, at, at"
                f" from outbox where subject_id = %s and seq = 1",
                [runtime.ids.new(runtime.clock.now()), first],
            )
        await channel.look()
        assert {of for _, of in subjects(screen)} == {first}
        await channel.look()
        assert told(screen) == []


async def test_a_screen_that_was_away_goes_on_where_it_was(
    hub: Hub, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    seat = seat_of(runtime, street)
    channel = hub.channel(HERE)
    async with channel.open(seat, None):
        async with channel.open(seat, None) as screen:
            await raised(public, town.IN_B1)
            await channel.look()
            last = [one.id for one in told(screen) if one][-1]
        missed = (await raised(public, town.IN_B1))["id"]
        await channel.look()
        async with channel.open(seat, last) as again:
            assert {of for _, of in subjects(again)} == {missed}
        async with channel.open(seat, "019a9f2c-0000-7000-8000-000000000001") as lost:
            assert [one.changed for one in told(lost) if one] == [None], "it has to load anew"


async def test_a_screen_that_does_not_keep_up_loads_anew(sit: Sit, runtime: Runtime) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    screen = Screen(seat_of(runtime, street))
    for number in range(ROOM + 1):
        screen.tell(Told(str(number), None))
    assert [one.id for one in told(screen) if one] == [str(ROOM)]
    assert KEPT >= ROOM


async def test_the_stream_ends_with_the_session(hub: Hub, sit: Sit, runtime: Runtime) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    channel: Channel = hub.channel(HERE)
    async with channel.open(seat_of(runtime, street), None) as screen:
        assert (await street.post("/logout")).status_code == 204
        for _ in range(3):
            await channel.look()
        assert told(screen) == [None]
    assert channel.screens == set()


async def test_all_streams_end_when_the_process_does(hub: Hub, sit: Sit, runtime: Runtime) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    async with hub.channel(HERE).open(seat_of(runtime, street), None) as screen:
        hub.end()
        assert told(screen) == [None]
