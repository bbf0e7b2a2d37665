"""Border agreements: proposed, agreed by the other side, asked before the lowest code, ended."""

import random  # noqa: TID251  # a test's own chance, from a fixed seed
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import shapely
from sqlalchemy import select

from app.borders.agreements import buffered
from app.core.audit import Break, Trail, verify
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.grid.models import BorderAgreement
from app.issues import situation
from app.issues.situation import Facts
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem, raised

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]
BETWEEN = {"type": "LineString", "coordinates": [[102.85, 24.80], [102.85, 24.90]]}
RIVER = {"type": "LineString", "coordinates": [[102.80, 24.85], [102.85, 24.85]]}
PLAN: dict[str, Any] = {
    "lead_code": town.C2,
    "other_code": town.C1,
    "geometry": BETWEEN,
    "buffer_m": 30,
    "basis": "路权协议",
}
ON_LINE = (102.85, 24.83)
WEST_OF_LINE = (102.8498, 24.83)  # twenty metres inside the first community


async def placed(public: Desk, place: tuple[float, float], **more: Any) -> dict[str, Any]:
    answer = await public.post("/locate", {"point": town.point(place), "district": HERE, **more})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def agreed(sit: Sit, **more: Any) -> str:
    """Proposed by the second community's desk, agreed by the first one's secretary."""
    officer, secretary = await sit(Role.COMMUNITY_OFFICER, town.C2), await sit(Role.COMMUNITY_SECRETARY, town.C1)
    made = await officer.post("/agreements", PLAN | more)
    assert made.status_code == 201, made.text
    assert (await secretary.post(f"/agreements/{made.json()['id']}/agree", {})).status_code == 200
    return str(made.json()["id"])


async def test_both_sides_agree_and_then_the_lead_owns_the_border(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    officer, other = await sit(Role.COMMUNITY_OFFICER, town.C2), await sit(Role.COMMUNITY_OFFICER, town.C1)
    secretary, east = await sit(Role.COMMUNITY_SECRETARY, town.C1), await sit(Role.STREET_DISPATCHER, town.EAST)
    made = await officer.post("/agreements", PLAN)
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["state"], one["in_force"], one["lead"]["agreed_at"] is not None) == ("proposed", False, True)
    assert (await placed(public, ON_LINE))["place"]["agreement"] is None
    path = f"/agreements/{one['id']}"
    assert_problem(await officer.post(f"{path}/agree", {}), 403, "not_your_side", "agreement_id")
    assert_problem(await other.post(f"{path}/agree", {}), 403, "not_your_side", "agreement_id")
    assert_problem(await east.post(f"{path}/agree", {}), 404, "not_found", "agreement_id")
    assert [each["id"] for each in (await other.get("/agreements")).json()] == [one["id"]]
    assert (await east.get("/agreements")).json() == []
    assert (await secretary.get(path)).json()["allowed"] == ["agree", "decline"]
    done = (await secretary.post(f"{path}/agree", {})).json()
    assert (done["state"], done["in_force"], done["allowed"]) == ("agreed", True, ["end"])
    for place in (ON_LINE, WEST_OF_LINE):
        said = await placed(public, place)
        assert town.C2 in [link["code"] for link in said["place"]["chain"]]
        assert said["place"]["agreement"]["code"] == town.C2
        assert said["explanation"][0]["zh"] == "按边界协议由联大社区牵头(路权协议)。"
    assert_problem(await secretary.post(f"{path}/agree", {}), 409, "agreement_settled")
    receipt = await raised(public, WEST_OF_LINE)
    assert receipt["explanation"][0]["why"] == "border_agreement"
    ended = (await secretary.post(f"{path}/end", {"reason": "重新划界"})).json()
    assert (ended["state"], ended["in_force"], ended["ended_why"]) == ("ended", False, "重新划界")
    assert (await placed(public, WEST_OF_LINE))["place"]["chain"][2]["code"] == town.C1
    async with system_work(runtime, HERE) as work:
        query = select(Trail.step).where(Trail.subject_kind == "border_agreement").order_by(Trail.seq)
        assert list(await work.session.scalars(query)) == ["propose", "agree", "end"]
        found = [one async for one in verify(work.session, "border_agreement", BorderAgreement)]
        assert not [one for one in found if isinstance(one, Break)]


async def test_a_superior_who_holds_both_sides_needs_a_secretary_for_each(sit: Sit) -> None:
    street, secretary = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.STREET_SECRETARY, town.WEST)
    first = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    one = (await street.post("/agreements", PLAN)).json()
    assert [one[side]["agreed_at"] for side in ("lead", "other")] == [None, None]
    half = (await first.post(f"/agreements/{one['id']}/agree", {})).json()
    assert (half["state"], half["lead"]["agreed_at"], half["other"]["agreed_at"] is None) == (
        "proposed",
        None,
        False,
    )
    assert (await secretary.post(f"/agreements/{one['id']}/agree", {})).json()["state"] == "agreed"
    two = (await street.post("/agreements", PLAN)).json()
    assert (await first.post(f"/agreements/{two['id']}/decline", {})).json()["state"] == "declined"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"other_code": "990001004001"}, "unknown_side", "other_code"),  # another district: transfer is the way
        ({"other_code": HERE}, "unknown_side", "other_code"),
        ({"other_code": town.WEST}, "not_neighbours", "other_code"),
        ({"geometry": {"type": "Point", "coordinates": [102.85, 24.85]}}, "bad_drawing", "geometry"),
        ({"geometry": {"type": "LineString", "coordinates": [[102.85, 24.85]]}}, "bad_drawing", "geometry"),
        ({"geometry": {"type": "LineString", "coordinates": [[500, 24], [501, 25]]}}, "bad_drawing", "geometry"),
        ({"geometry": {"no": "shape"}}, "bad_drawing", "geometry"),
        ({"geometry": {"type": "LineString", "coordinates": [[102.81, 24.81], [102.82, 24.82]]}},
         "not_neighbours", "geometry"),
        ({"valid_to": "2020-01-01T00:00:00Z"}, "wrong_dates", "valid_to"),
    ],
)  # fmt: skip
async def test_what_is_no_agreement_is_refused(sit: Sit, change: dict[str, Any], code: str, field: str) -> None:
    officer = await sit(Role.COMMUNITY_OFFICER, town.C2)
    assert_problem(await officer.post("/agreements", PLAN | change), 422, code, field)


async def test_who_serves_neither_side_proposes_nothing(sit: Sit) -> None:
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert_problem(await east.post("/agreements", PLAN), 403, "not_your_side", "lead_code")


def around_the_line(count: int) -> Iterator[tuple[float, float]]:
    """Points within half a kilometre of the border of the two first grids, some on it, some anywhere."""
    dice = random.Random(5)  # noqa: S311  # a test's own chance
    for turn in range(count):
        lon = 102.795 + dice.random() * 0.07
        lat = 24.85 if turn % 7 == 0 else 24.85 + (dice.random() - 0.5) * (0.009 if turn % 5 else 0.1)
        yield round(lon, 6), round(lat, 6)


async def test_it_changes_owners_on_its_own_ground_and_in_its_own_days_only(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Against the same point and moment without it; whoever else owns it, every point keeps one owner."""
    points = list(around_the_line(160))
    before = clock.now()

    async def owners(at: Any) -> list[tuple[str | None, bool]]:
        found = []
        async with system_work(runtime, HERE) as work:
            for lon, lat in points:
                facts = Facts(work.clock.now(), at, "help", "normal", None, lon=lon, lat=lat)
                read = await situation.read(await work.cursor(), facts)
                found.append((read.area["code"], read.agreement is not None))
        return found

    plain = await owners(before)
    clock.advance(hours=1)
    ends = clock.now() + timedelta(days=30)
    await agreed_between_grids(sit, ends.isoformat())
    during, again = await owners(clock.now()), await owners(clock.now())
    assert during == again
    strip = buffered(shapely.from_wkt("LINESTRING (102.80 24.85, 102.85 24.85)"), 200)
    for at in (before, ends, ends + timedelta(days=1)):
        assert await owners(at) == plain
    changed = 0
    for (lon, lat), (was, _), (is_now, led) in zip(points, plain, during, strict=True):
        inside = shapely.covers(strip, shapely.Point(lon, lat)) and was is not None and was.startswith(town.C1)
        assert led == inside, (lon, lat)
        assert is_now == (town.G2 if inside else was), (lon, lat)
        changed += is_now != was
    assert changed > 20


async def agreed_between_grids(sit: Sit, until: str) -> None:
    officer, secretary = await sit(Role.COMMUNITY_OFFICER, town.C1), await sit(Role.COMMUNITY_SECRETARY, town.C1)
    form = {"lead_code": town.G2, "other_code": town.G1, "geometry": RIVER, "buffer_m": 200, "basis": "河道协议"}
    made = await officer.post("/agreements", form | {"valid_to": until})
    assert made.status_code == 201, made.text
    assert (await secretary.post(f"/agreements/{made.json()['id']}/agree", {})).json()["in_force"]


async def test_a_dedicated_grids_own_category_comes_before_an_agreement(public: Desk, sit: Sit) -> None:
    ring = [[102.86, 24.86], [102.895, 24.86], [102.895, 24.895], [102.86, 24.895], [102.86, 24.86]]
    officer, secretary = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.STREET_SECRETARY, town.WEST)
    form = {"lead_code": town.SMALL_A, "other_code": town.SMALL_B, "basis": "集市协议",
            "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    made = await officer.post("/agreements", form)
    assert_problem(made, 422, "not_neighbours", "geometry")
    ring[0] = ring[-1] = [102.86, 24.84]
    made = await officer.post("/agreements", form)
    assert made.status_code == 201, made.text
    assert (await secretary.post(f"/agreements/{made.json()['id']}/agree", {})).json()["in_force"]
    own = await placed(public, town.IN_MARKET, category=town.ORDERLY)
    assert (own["place"]["chain"][-1]["code"], own["place"]["agreement"]) == (town.MARKET, None)
    other = await placed(public, town.IN_MARKET, category="public_toilet")
    assert other["place"]["chain"][-1]["code"] == town.SMALL_A
    assert other["place"]["agreement"]["basis"] == "集市协议"
