"""Signs: the id a code carries, what a scan shows and what it never does, and the printed page read back."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from app.boards import queries, sheet
from app.core.clock import FixedClock
from app.core.crypto import Keys
from app.core.work import Runtime, open_city, system_work
from app.grid import signs
from app.people import actions, phones
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, find_post

pytestmark = pytest.mark.anyio

HERE, THERE = town.DISTRICTS
TODAY = date(2026, 11, 20)
KEYS = Keys((b"one secret that nobody knows", b"an older one"))


async def phone_of(runtime: Runtime, role: Role, ground: str, number: str | None) -> None:
    account, _ = await find_post(runtime, HERE, role, ground)
    async with open_city(runtime) as session:
        await phones.give(session, runtime.keys, account, number)


async def lines(sit: Sit, area: str = town.C1) -> list[dict[str, Any]]:
    answer = await (await sit(Role.COMMUNITY_OFFICER, town.C1)).get("/boards", params={"area": area})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def sign_of(sit: Sit, code: str) -> str:
    return next(str(line["sign"]) for line in await lines(sit) if line["area_code"] == code)


def test_a_sign_says_what_was_signed_and_nothing_else_is_believed() -> None:
    sign = signs.make(KEYS, HERE, town.B1, TODAY)
    assert sign.startswith(f"{HERE}.{town.B1}.")
    assert signs.read(KEYS, sign) == signs.Sign(HERE, town.B1, TODAY)
    district, code, day, mac = sign.split(".")
    forged = [
        f"{THERE}.{code}.{day}.{mac}", f"{district}.{town.B2}.{day}.{mac}", f"{district}.{code}.zzz.{mac}",
        f"{district}.{code}.0{day}.{mac}", sign[:-1], sign + "A", sign.upper(), f"{district}.{code}", "x" * 40, "",
        f"{district}.{code}.{day}.{mac[:-1]}é",
    ]  # fmt: skip
    for one in forged:
        with pytest.raises(signs.BadSign):
            signs.read(KEYS, one)


def test_a_sign_outlives_a_change_of_the_secret() -> None:
    sign = signs.make(Keys((b"an older one",)), HERE, town.B1, TODAY)
    assert signs.read(KEYS, sign).area_code == town.B1
    assert len(signs.link("https://wangge.example.gov.cn", sign)) < 100  # a code with modules a phone can part


def test_two_signs_have_two_phrases() -> None:
    found = {signs.phrase(signs.make(KEYS, HERE, f"{town.G1}{place:03}", TODAY)) for place in range(100)}
    assert len(found) > 90
    assert all("·" in one for one in found)


async def test_a_scan_shows_the_place_its_people_and_the_phones_that_were_given(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await phone_of(runtime, Role.GRID_LEADER, town.G1, "0871-67470001")
    sign = await sign_of(sit, town.B1)
    board = (await public.get(f"/boards/{sign}")).json()
    assert (board["area_code"], board["name"], board["level"]) == (town.B1, "1栋", "building_group")
    assert [one["name"] for one in board["chain"]] == ["呈贡区", "乌龙街道", "三岔口社区", "第一网格", "1栋"]
    assert [one["role"] for one in board["people"]] == [
        "grid_leader", "grid_worker", "building_leader", "pioneer", "order_aide", "cleaner",
    ]  # fmt: skip
    assert board["leader"]["phone"] == "0871-67470001"
    assert [one["phone"] for one in board["people"]].count(None) == 5
    marked = {one["properties"]["code"]: one["properties"]["own"] for one in board["map"]["features"]}
    assert marked == {town.G1: False, town.B1: True, town.B2: False}
    assert 102.80 < board["point"]["lon"] < 102.825
    assert 24.80 < board["point"]["lat"] < 24.85
    assert board["phrase"] == signs.phrase(sign)
    assert (board["issued_on"], board["updated_on"]) == ("2026-11-20", "2026-11-20")


async def test_a_phone_taken_back_is_on_no_sign(public: Desk, sit: Sit) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    sign = await sign_of(sit, town.B1)
    for phone in ("0871-67470002", None):
        assert (await worker.call("PUT", "/me/work-phone", json={"phone": phone})).status_code == 204
        people = (await public.get(f"/boards/{sign}")).json()["people"]
        assert next(one["phone"] for one in people if one["role"] == "grid_worker") == phone


async def test_who_is_away_is_stood_in_for_by_the_deputy(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    _, post = await find_post(runtime, HERE, Role.GRID_LEADER, town.G1)
    deputy, _ = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    async with system_work(runtime, HERE) as work:
        await actions.leave(work, post, clock.now() + timedelta(days=2), deputy)
    await phone_of(runtime, Role.GRID_WORKER, town.G2, "0871-67470003")
    leader = (await public.get(f"/boards/{await sign_of(sit, town.B1)}")).json()["leader"]
    assert (leader["deputy"], leader["phone"]) == (True, "0871-67470003")


async def test_no_household_and_no_door_stands_on_a_board(public: Desk, sit: Sit) -> None:
    text = (await public.get(f"/boards/{await sign_of(sit, town.B1)}")).text
    for word in ("household", "dwelling", "door", "resident", "account_id", "post_id", "username"):
        assert word not in text


async def test_the_supervision_phone_is_the_streets_else_the_districts(public: Desk, sit: Sit) -> None:
    sign = await sign_of(sit, town.B1)
    assert (await public.get(f"/boards/{sign}")).json()["supervision_phone"] is None
    said = [(Role.DISTRICT_ADMIN, HERE, "0871-12345"), (Role.STREET_SECRETARY, town.WEST, "0871-67470000")]
    for role, area, number in said:
        desk = await sit(role, area)
        answer = await desk.call("PUT", f"/boards/settings/{area}", json={"call_number": number})
        assert answer.status_code == 200, answer.text
        assert (await public.get(f"/boards/{sign}")).json()["supervision_phone"] == number
        assert (await desk.get(f"/boards/settings/{area}")).json()["call_number"] == number
    other = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert (await other.call("PUT", f"/boards/settings/{town.WEST}", json={})).status_code == 404
    assert (await other.call("PUT", f"/boards/settings/{town.FIELD}", json={})).status_code == 422


async def test_the_number_of_the_streets_duty_serves_where_none_was_set(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    street = await sit(Role.STREET_SECRETARY, town.WEST)
    shift = {
        "unit": town.WEST, "post_id": str(street.post_id), "call_number": "0871-67479999",
        "starts_at": clock.now().isoformat(), "ends_at": (clock.now() + timedelta(hours=8)).isoformat(),
    }  # fmt: skip
    assert (await street.post("/duty", shift)).status_code == 201
    board = (await public.get(f"/boards/{await sign_of(sit, town.B1)}")).json()
    assert board["supervision_phone"] == "0871-67479999"


async def test_signs_hung_anew_end_the_old_ones(public: Desk, sit: Sit, clock: FixedClock) -> None:
    old = await sign_of(sit, town.B1)
    clock.advance(days=3)
    street = await sit(Role.STREET_SECRETARY, town.WEST)
    day = (clock.now() + timedelta(hours=8)).date().isoformat()
    await street.call("PUT", f"/boards/settings/{town.WEST}", json={"reissued_on": day})
    gone = await public.get(f"/boards/{old}")
    assert (gone.status_code, gone.json()["code"]) == (410, "old_sign")
    assert (await public.get(f"/boards/{await sign_of(sit, town.B1)}")).status_code == 200
    never = await public.get(f"/boards/{old[:-2]}xx")
    assert (never.status_code, never.json()["code"]) == (404, "bad_sign")


async def test_a_community_lists_one_sign_for_each_building_group_and_each_grid_without(sit: Sit) -> None:
    assert [line["area_code"] for line in await lines(sit)] == [town.B1, town.B2, town.G2, town.ISLAND]
    assert [line["area_code"] for line in await lines(sit, town.G1)] == [town.B1, town.B2]
    assert [line["area_code"] for line in await lines(sit, town.B1)] == [town.B1]
    officer = await sit(Role.COMMUNITY_OFFICER, town.C1)
    assert (await officer.get("/boards", params={"area": town.C2})).status_code == 404
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await street.get("/boards", params={"area": town.WEST})).status_code == 422


async def test_a_community_known_by_name_only_has_no_signs_to_print(sit: Sit) -> None:
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert (await east.get("/boards", params={"area": town.NAMELESS})).json() == []
    assert (await east.get("/boards.pdf", params={"area": town.NAMELESS})).status_code == 422


@pytest.mark.parametrize(("size", "wide"), [("A4", 595), ("A3", 842)])
async def test_a_batch_has_a_page_for_each_sign(sit: Sit, size: str, wide: int) -> None:
    officer = await sit(Role.COMMUNITY_OFFICER, town.C1)
    answer = await officer.get("/boards.pdf", params={"area": town.C1, "size": size})
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 4
    assert {round(float(page.mediabox[2])) for page in pages} == {wide}
    assert "1栋" in pages[0].extract_text()
    assert "2026年11月20日" in pages[0].extract_text()


async def test_the_printed_code_leads_to_the_page_of_its_building(public: Desk, runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        found = await queries.boards(work, town.G1, "https://wangge.example.gov.cn")
    pictures = await sheet.picture_boards(found, "A4", runtime.clock.now())
    read = [zxingcpp.read_barcodes(Image.open(io.BytesIO(one)))[0].text for one in pictures]
    assert read == [line.url for line, _ in found]
    sign = read[1].rpartition("?s=")[2]
    assert (await public.get(f"/boards/{sign}")).json()["area_code"] == town.B2


async def test_one_sign_is_printed_with_the_day_it_says(sit: Sit) -> None:
    sign = await sign_of(sit, town.B1)
    officer = await sit(Role.COMMUNITY_OFFICER, town.C1)
    answer = await officer.get(f"/boards/{sign}.pdf", params={"size": "A3"})
    assert answer.status_code == 200
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert signs.phrase(sign) in text
    assert town.B1 in text
    assert (await officer.get(f"/boards/{sign}.pdf", params={"size": "A5"})).status_code == 422
