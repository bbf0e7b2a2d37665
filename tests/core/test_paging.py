import base64
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import FixedClock
from app.core.paging import BadCursor, cut, decode, encode
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.core.aids import raised

KEYS = st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4)


@given(KEYS)
def test_a_cursor_gives_its_key_back_and_fits_a_url(key: list[str]) -> None:
    cursor = encode(key)
    assert decode(cursor, len(key)) == key
    assert cursor.replace("-", "").replace("_", "").isalnum() or cursor == ""


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_comes_as_a_cursor_is_read_or_refused(text: str) -> None:
    with suppress(BadCursor):
        assert len(decode(text, 2)) == 2


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "value", [None, 1, "ab", {"a": 1}, [], ["a"], ["a", 2], [["a"], "b"], ["a", None], ["a", "b", "c"]]
)
def test_a_cursor_of_another_form_is_refused(value: object) -> None:
    with pytest.raises(BadCursor):
        decode(_cursor(value), 2)


def test_a_page_is_cut_where_one_more_row_was_there() -> None:
    assert cut([1, 2, 3], 3, lambda row: [str(row)]) == ([1, 2, 3], None)
    page, more = cut([1, 2, 3, 4], 3, lambda row: [str(row)])
    assert page == [1, 2, 3]
    assert decode(more or "", 1) == ["3"]


TAMPERED = [
    ["", ""],
    ["2026-11-20", "x"],
    ["2026-11-20T00:00:00", "01a1f677-aa80-7e6e-8dc1-abe2cd45f40c"],
    ["0001-01-01T00:00:00+23:59", "01a1f677-aa80-7e6e-8dc1-abe2cd45f40c"],
    ["9999-12-31T23:59:59-23:59", "01a1f677-aa80-7e6e-8dc1-abe2cd45f40c"],
    ["2026-11-20T00:00:00+00:00:00.000001", "{01a1f677aa807e6e8dc1abe2cd45f40c}"],
    ["2026-W47-5", "urn:uuid:01a1f677-aa80-7e6e-8dc1-abe2cd45f40c"],
    ["2026-11-20T00:00:00+00:00", "\0" * 32],
    ["\ud800", "\ud800"],
    ["now()", "' or 1=1 --"],
]


@pytest.mark.anyio
async def test_a_tampered_cursor_is_a_422_or_a_page_and_never_a_fault_of_ours(public: Desk, sit: Sit) -> None:
    await raised(public)
    worker = await sit(Role.GRID_WORKER, town.G1)
    cursors = [*map(_cursor, TAMPERED), "!!", "=", "a", "%00", "é", "AAAA", "W10", "x" * 300]
    for cursor in cursors:
        for closed in ("false", "true"):
            answer = await worker.get("/issues", params={"cursor": cursor, "closed": closed})
            assert answer.status_code in (200, 422), (cursor, answer.text)


@pytest.mark.anyio
async def test_pages_hold_each_row_once_while_others_come_in(public: Desk, sit: Sit, clock: FixedClock) -> None:
    made = []
    for minute in (0, 0, 0, 5, 5, 9):  # equal times too
        made.append((await raised(public))["id"])
        clock.advance(minutes=minute)
    worker = await sit(Role.GRID_WORKER, town.G1)
    seen: list[str] = []
    cursor = None
    while True:
        said = (await worker.get("/issues", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [line["id"] for line in said["items"]]
        assert len(said["items"]) <= 2
        clock.advance(minutes=1)
        await raised(public)
        if (cursor := said["next_cursor"]) is None or len(seen) > 40:
            break
        if len(seen) >= len(made):
            break
    assert len(seen) == len(set(seen))
    assert set(made) <= set(seen)
    assert clock.now() - town.MORNING < timedelta(hours=1)
