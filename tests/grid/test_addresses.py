"""Addresses as people write them: one estate, road number or crossing for all its spellings, and its door."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.grid.addresses import canonical, crossings, keys_of, probes, rest_of, spans, understood
from app.grid.doors import Door

ESTATE, ADDRESS = "韶光花园小区", "学海路12号"
KEYS = keys_of(ESTATE, ["老机械厂宿舍"], ADDRESS)
NUMERALS = {1: "一", 3: "三", 10: "十", 12: "十二", 23: "二十三", 105: "一百零五"}
WIDE = str.maketrans(string.digits + string.ascii_uppercase, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
NUMBERS = st.sampled_from(sorted(NUMERALS))
BUILDING = st.sampled_from(["栋", "幢", "座", "号楼", "#", "栋 "])
ROOM = st.sampled_from(["室", "房", "", "户"])


def spelled(number: int) -> st.SearchStrategy[str]:
    """A number in digits, full width, with zeros in front, or in Chinese."""
    return st.sampled_from([str(number), str(number).translate(WIDE), f"0{number}", NUMERALS[number]])


@st.composite
def doors(draw: st.DrawFn) -> tuple[str, Door]:
    building, entrance, room = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
    marks = (draw(BUILDING), draw(st.sampled_from(["单元", "梯", "门"])), draw(ROOM))
    plain = st.sampled_from([f"{building}-{entrance}-{room}", f"{building}-{entrance}-{room}"])
    parts = [draw(spelled(number)) + mark for number, mark in zip((building, entrance, room), marks, strict=True)]
    said = draw(st.one_of(st.just("".join(parts)), plain))
    return said, Door(str(building), str(entrance), str(room))


NAMED = st.sampled_from(["韶光花园小区", "韶光花园", " 韶光花园 小区 ", "老机械厂宿舍", "学海路12号韶光花园"])


@given(doors(), NAMED, st.sampled_from(["", "楼下", "门口", "。"]))
def test_every_spelling_of_a_door_gives_its_estate_and_its_door(
    said: tuple[str, Door], name: str, end: str
) -> None:
    text = canonical(name + said[0] + end)
    taken = spans(text, KEYS)
    rest = rest_of(text, taken)
    assert taken
    assert (rest.door.key, rest.others, rest.near) == (said[1].key, (), False)
    assert set(KEYS) & set(probes(text)), "what is looked for holds a key of the estate"


@given(NUMBERS.flatmap(lambda n: st.tuples(st.just(n), spelled(n))), st.sampled_from(["号", "", "弄", "巷"]))
def test_a_road_with_its_number_has_one_key(number: tuple[int, str], mark: str) -> None:
    known = keys_of("", (), f"学海路{number[0]}{mark or '号'}")
    plain = (
        str(number[0]) if mark == "" and number[1] == NUMERALS[number[0]] else number[1]
    )  # «学海路一» says none
    text = canonical(f"学海路{plain}{mark}")
    assert spans(text, known) == [(0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "韶光街与学海路路口",
        "学海路与韶光街交叉口",
        "乌龙街道韶光街和学海路口",
        "韶光街、学海路的交汇处",
        "学海路韶光街十字路口",
    ],
)
def test_a_crossing_is_one_place_from_either_road(text: str) -> None:
    known = keys_of("韶光街与学海路路口", (), None)
    said = canonical(text)
    assert set(known) & set(probes(said))
    assert rest_of(said, spans(said, known)).others in ((), ("乌龙街道",))


@pytest.mark.parametrize(
    ("text", "others", "near"),
    [
        ("乌龙街道韶光花园3栋", ("乌龙街道",), False),
        ("韶光花园东苑3栋", ("东苑",), False),
        ("韶光花园3栋对面", (), True),
        ("韶光花园二期3栋", ("2期",), False),
        ("韶光花园附近电线杆", ("附近电线杆",), False),
    ],
)
def test_what_is_not_understood_is_kept_apart(text: str, others: tuple[str, ...], near: bool) -> None:
    said = canonical(text)
    rest = rest_of(said, spans(said, KEYS))
    assert (rest.others, rest.near) == (others, near)


def test_words_beside_a_place_are_understood_when_they_name_its_ground() -> None:
    chain = ("呈贡区", "乌龙街道", "三岔口社区")
    assert understood(["云南省昆明市呈贡区乌龙街道"], chain)
    assert understood(["三岔口社区"], chain)
    assert not understood(["官渡区乌龙街道"], chain)
    assert not understood(["东苑"], chain)


def test_a_longer_number_is_another_house() -> None:
    assert spans(canonical("学海路123号"), KEYS) == []
    assert rest_of("12", ()).door == Door()
    assert rest_of(canonical("韶光花园100弄3号501室"), [(0, 8)]).door == Door("3", "", "501")


@given(st.text(max_size=80))
def test_any_text_is_read_and_always_alike(text: str) -> None:
    said = canonical(text)
    assert said == canonical(text)
    assert rest_of(said, spans(said, KEYS)) == rest_of(said, spans(said, list(reversed(KEYS))))
    assert crossings(said) == crossings(said)
