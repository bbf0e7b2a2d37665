"""The administrator keeps the rules, an office its roster; what is wrong is said and changes nothing."""

import pytest

from app.core.clock import FixedClock
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised
from tests.journeys.people import COMMUNITY, STREET, done, seats

pytestmark = pytest.mark.anyio


async def test_a_new_limit_holds_for_what_begins_after_it(public: Desk, sit: Sit, clock: FixedClock) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    done(await admin.post("/clocks/limits", {"clock": "solve", "amount": 2, "unit": "working_days"}))
    clock.advance(minutes=1)
    assert (await raised(public, town.IN_B1))["due_at"] == "2026-11-24T09:30:00Z"
    rules = done(await admin.get("/clocks"))
    plain = [
        rule for rule in rules["limits"] if rule["clock"] == "solve" and not (rule["type"] or rule["urgency"])
    ]
    assert [(rule["amount"], rule["unit"]) for rule in plain] == [(2, "working_days")]
    unknown = await admin.post("/clocks/limits", {"clock": "tea", "amount": 2, "unit": "days"})
    assert_problem(unknown, 422, "unknown_clock", "clock")
    for bad in ({"amount": 0}, {"amount": 10_001}, {"unit": "weeks"}):
        said = {"clock": "solve", "amount": 2, "unit": "days", **bad}
        assert_problem(await admin.post("/clocks/limits", said), 422, "invalid_field")


async def test_a_festival_and_summer_hours_are_the_districts_own(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for name in ("彝族年", "彝族年假"):
        done(await admin.post("/clocks/days", {"day": "2026-11-23", "working": False, "name": name}))
    season = {"first_day": "01-01", "last_day": "12-31", "spans": [[480, 720], [840, 1080]]}
    done(await admin.post("/clocks/seasons", season))
    clock.advance(minutes=1)
    assert (await raised(public, town.IN_B1))["due_at"] == "2026-11-30T10:00:00Z"
    rules = done(await admin.get("/clocks"))
    assert rules["days"] == [{"day": "2026-11-23", "working": False, "name": "彝族年假"}]
    assert len(rules["seasons"]) == 1
    for bad in ([[720, 480]], [[480, 720], [700, 1080]], []):
        assert_problem(await admin.post("/clocks/seasons", {**season, "spans": bad}), 422, "invalid_field")
    nobody = await admin.post("/clocks/seasons", {**season, "unit": "nobody"})
    assert_problem(nobody, 422, "no_such_unit", "unit")


async def test_an_office_keeps_its_own_roster(sit: Sit) -> None:
    street, desk = await seats(sit, STREET, COMMUNITY)
    shift = {
        "unit": town.WEST, "post_id": str(street.post_id), "call_number": "0871-67471234",
        "starts_at": "2026-11-20T10:00:00Z", "ends_at": "2026-11-21T00:30:00Z",
    }  # fmt: skip
    kept = done(await street.post("/duty", shift))
    assert done(await desk.get("/duty", params={"unit": town.WEST})) == [kept]
    other = await street.post("/duty", {**shift, "unit": "chengguan"})
    assert_problem(other, 403, "other_units_roster", "unit")
    for bad, field in (
        ({"unit": "nobody"}, "unit"),
        ({"post_id": "019a9f2c-0000-7000-8000-000000000001"}, "post_id"),
        ({"ends_at": "2026-11-20T09:00:00Z"}, "ends_at"),
        ({"ends_at": "2026-11-30T09:00:00Z"}, "ends_at"),
    ):
        assert_problem(await street.post("/duty", {**shift, **bad}), 422, "bad_shift", field)
