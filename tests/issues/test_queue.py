"""The queue: filters, order, keyset pages that stand still while rows arrive, search in Chinese."""

from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.paging import encode
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, THERE, assert_problem, let_in, raised

pytestmark = pytest.mark.anyio


async def texts(asker: Desk, **params: Any) -> list[str]:
    answer = await asker.get("/issues", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    return [line["text"] for line in answer.json()["items"]]


async def ids(asker: Desk, **params: Any) -> list[str]:
    answer = await asker.get("/issues", params={"limit": 100, **params})
    assert answer.status_code == 200, answer.text
    return [line["id"] for line in answer.json()["items"]]


async def test_each_filter_narrows_to_what_it_names(public: Desk, sit: Sit) -> None:
    admin, worker = await sit(Role.DISTRICT_ADMIN, HERE), await sit(Role.GRID_WORKER, town.G1)
    toilet = (await raised(public, town.IN_B1, category="public_toilet"))["id"]
    east = (await raised(public, town.IN_FIELD))["id"]
    lost = (await raised(public, town.FAR_AWAY))["id"]
    hotline = (await raised(worker, town.IN_G2, channel="hotline"))["id"]
    await worker.step(toilet, "accept")
    everything = {toilet, east, lost, hotline}
    assert set(await ids(admin)) == everything
    assert await ids(admin, state="handling") == [toilet]
    assert set(await ids(admin, state=["handling", "raised"])) == {toilet, lost}
    assert await ids(admin, category="public_toilet") == [toilet]
    assert await ids(admin, category="no_such_category") == []
    assert await ids(admin, channel="hotline") == [hotline]
    assert set(await ids(admin, channel="qr")) == everything - {hotline}
    assert await ids(admin, desk="unassigned") == [lost]
    assert await ids(admin, desk="unplaced") == [lost]
    assert await ids(worker, mine="true") == [toilet]
    assert await ids(admin, mine="true") == []
    assert await ids(admin, screening="true") == []
    assert set(await ids(admin, screening="false")) == everything


async def test_an_area_filter_takes_a_code_of_any_level_within_what_one_sees(public: Desk, sit: Sit) -> None:
    b1, g2 = (await raised(public, town.IN_B1))["id"], (await raised(public, town.IN_G2))["id"]
    field = (await raised(public, town.IN_FIELD))["id"]
    admin, street = await sit(Role.DISTRICT_ADMIN, HERE), await sit(Role.STREET_DISPATCHER, town.WEST)
    expected = {HERE: {b1, g2, field}, town.WEST: {b1, g2}, town.C1: {b1, g2}, town.G1: {b1}, town.B1: {b1},
                town.B2: set(), town.EAST: {field}}  # fmt: skip
    for code, found in expected.items():
        assert set(await ids(admin, area=code)) == found, code
        assert set(await ids(street, area=code)) == found - {field}, code
    assert_problem(await admin.get("/issues", params={"area": "nowhere"}), 404, "not_found", "area")


async def test_unknown_or_malformed_filters_are_refused(sit: Sit) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for params, field in (
        ({"stat": "raised"}, "stat"), ({"state": "lost"}, "state.0"), ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"), ({"limit": 2**63}, "limit"), ({"desk": "mine"}, "desk"), ({"q": ""}, "q"),
        ({"q": "  "}, "q"), ({"q": "a\x00b"}, "q"), ({"q": "长" * 61}, "q"), ({"category": "\x00"}, "category"),
        ({"area": "530114\x00"}, "area"), ({"area": "5' or '1'='1"}, "area"), ({"mine": "perhaps"}, "mine"),
    ):  # fmt: skip
        assert_problem(await admin.get("/issues", params=params), 422, "invalid_field", field)
    for cursor in ("%%%", "W10", "bnVsbA", encode(["x", "y"]), encode(["2026-01-01T00:00:00+00:00", "no"]), "é"):
        assert_problem(await admin.get("/issues", params={"cursor": cursor}), 422, "bad_cursor", "cursor")


async def test_pages_are_whole_while_rows_arrive_and_leave(public: Desk, sit: Sit, clock: FixedClock) -> None:
    admin, worker = await sit(Role.DISTRICT_ADMIN, HERE), await sit(Role.GRID_WORKER, town.G1)
    expected = []
    for number in range(9):
        expected.append((await raised(public, town.IN_B1, text=f"第{number}件"))["id"])
        if number % 3 == 2:
            clock.advance(minutes=1)  # three each share one due time, so that the id has to decide
    first = (await admin.get("/issues", params={"limit": 4})).json()
    await worker.step(expected[0], "comment", text="已看")
    late = (await raised(public, town.IN_B1))["id"]
    seen, cursor = [line["id"] for line in first["items"]], first["next_cursor"]
    while cursor:
        page = (await admin.get("/issues", params={"limit": 4, "cursor": cursor})).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 10
    assert set(seen) == {*expected, late}
    due = {
        line["id"]: line["due_at"] for line in (await admin.get("/issues", params={"limit": 50})).json()["items"]
    }
    assert [due[one] for one in seen] == sorted(due[one] for one in seen)


async def test_closed_ones_are_a_list_of_their_own_newest_first(public: Desk, sit: Sit, clock: FixedClock) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    closed = []
    for _ in range(5):
        receipt = await raised(public, town.IN_B1)
        await worker.step(receipt["id"], "accept")
        await worker.step(receipt["id"], "answer", text="已办")
        await public.post(f"/follow/{receipt['follow_token']}/rate", {"verdict": "solved", "satisfaction": 5})
        closed.append(receipt["id"])
        clock.advance(minutes=1)
    still_open = (await raised(public, town.IN_B1))["id"]
    assert await ids(worker) == [still_open]
    seen, cursor = [], None
    for _ in range(3):
        params = {"closed": "true", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await worker.get("/issues", params=params)).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (closed[::-1], None)


async def test_words_of_one_two_and_more_characters_are_found(public: Desk, sit: Sit) -> None:
    said = ["路灯不亮了", "路口井盖破损", "下水道堵塞，井口溢水", "The lamp is off", "打折50%的广告_贴满墙\\门"]
    for text in said:
        await raised(public, town.IN_B1, text=text)
    desk = await sit(Role.GRID_WORKER, town.G1)
    expected = {
        "路灯": {0}, "井盖": {1}, "井": {1, 2}, "路": {0, 1}, "下水道": {2}, "路 井": {1}, "井 溢水": {2},
        "不存在": set(), "灯路": set(), "lamp": {3}, "50%": {4}, "%": {4}, "_": {4}, "告_贴": {4}, "\\": {4},
        "墙\\门": {4}, "%%": set(), "路%亮": set(), "路_不": set(), "'": set(), "井 盖 破 损 路 口": {1},
    }  # fmt: skip
    for words, found in expected.items():
        assert set(await texts(desk, q=words)) == {said[n] for n in found}, words


async def test_a_number_finds_its_issue_and_a_search_stays_inside_the_scope(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1, text="独一无二的描述")
    own, sibling = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_WORKER, town.G2)
    assert await ids(own, q=receipt["number"]) == [receipt["id"]]
    assert await ids(own, q=f" {receipt['number']} ") == [receipt["id"]]
    assert await ids(sibling, q=receipt["number"]) == []
    assert await ids(sibling, q="独一无二") == []


async def test_the_other_district_is_not_found_by_filter_search_or_cursor(public: Desk, sit: Sit) -> None:
    foreign = await raised(public, town.IN_B1, district=THERE, text="另一区的金丝雀")
    own = await raised(public, town.IN_B1, text="本区的事项")
    for role, ground in ((Role.DISTRICT_ADMIN, HERE), (Role.GRID_WORKER, town.G1), (Role.AUDITOR, HERE)):
        here, there = await sit(role, ground), await sit(role, ground, THERE)
        for params in ({}, {"area": town.G1}, {"state": "assigned"}, {"channel": "qr"}, {"screening": "false"}):
            assert await ids(here, **params) == [own["id"]]
            assert await ids(there, **params) == [foreign["id"]]
        assert await ids(here, q="金丝雀") == await ids(there, q="本区的事项") == []
        assert await ids(here, q=foreign["number"]) == ([] if foreign["number"] != own["number"] else [own["id"]])
    await raised(public, town.IN_B1, district=THERE)
    there = await sit(Role.DISTRICT_ADMIN, HERE, THERE)
    cursor = (await there.get("/issues", params={"limit": 1})).json()["next_cursor"]
    here = await sit(Role.DISTRICT_ADMIN, HERE)
    assert foreign["id"] not in await ids(here, cursor=cursor)
    assert set(await ids(here, cursor=cursor)) <= {own["id"]}


async def test_a_row_is_short_and_says_nothing_of_the_reporter(public: Desk, sit: Sit, runtime: Runtime) -> None:
    long = "很" * 200
    receipt = await raised(public, town.IN_B1, text=long, contact={"name": "王芳", "phone": "13800001234"})
    await let_in(runtime, receipt["id"], "chengguan")
    for seat in ((Role.GRID_WORKER, town.G1), (Role.DEPARTMENT_HEAD, "chengguan"), (Role.AUDITOR, HERE)):
        (line,) = (await (await sit(*seat)).get("/issues")).json()["items"]
        assert line["text"] == "很" * 80 + "…"
        assert set(line) == {
            "id", "number", "state", "version", "type", "urgency", "category", "category_name", "text",
            "place_text", "placement", "lon", "lat", "grid_id", "grid", "community", "holder_id", "holder",
            "lead_unit", "screening", "confidential", "supervised", "raised_at", "due_at", "closed_at", "clock",
            "reports", "away",
        }  # fmt: skip
        assert "王" not in str(line)
        assert "1234" not in str(line).replace(line["number"], "")
