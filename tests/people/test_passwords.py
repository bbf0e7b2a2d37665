"""Any script, no truncation, and nothing anybody would guess (TRUST 5)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.work import Runtime, open_city
from app.people import actions
from app.people.actions import LONGEST_PASSWORD, SHORTEST_PASSWORD, WeakPassword, hash_password, is_password
from tests import town
from tests.conftest import CHEAP, Desk
from tests.issues.acts import HERE, assert_problem

ANY_SCRIPT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=12, max_size=LONGEST_PASSWORD
)


@pytest.fixture(autouse=True)
def cheap_hashes() -> None:
    actions.PASSWORDS = CHEAP


@pytest.mark.parametrize(
    "weak",
    [
        "", "short77", "12345678", "87654321", "123456789012", "88888888", "aaaaaaaabbbb", "password", "Password1",
        "P@ssw0rd!"[:7], "qwertyuiop", "QWERTY123", "woaini1314", "admin12345", "wangge2026", "Chenggong@2026",
        "13800001234", "20260101", "abcdefgh", "hgfedcba", "哈哈哈哈哈哈哈哈", "iloveyou!", "Zhang.San2026",
        "x" * 129, "complete-zhang.san-words",
    ],
)  # fmt: skip
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        hash_password(weak, "zhang.san")
    assert refused.value.field == "password"
    assert refused.value.data == {"shortest": 8, "longest": 128}, "what was typed is not repeated"


@pytest.mark.parametrize(
    "good",
    [
        "k7#mQ2zr", "correct horse 2026", "乌龙街道三岔口的公厕", "пароль для улицы", "كلمة سر طويلة جدا",
        "🚲🌧️🍜 noodles in rain", "混合 password 与汉字", "u" * 60 + "vwxyz-9 tail", "1" * 20 + "2345",
        "a'b\"c\\d%e_f",
    ],
)  # fmt: skip
def test_good_passwords_of_any_script_are_taken_whole(good: str) -> None:
    kept = hash_password(good, "zhang.san")
    assert is_password(good, kept)
    assert not is_password(good[:-1], kept)
    assert not is_password(good + "x", kept)
    assert good not in kept


@settings(max_examples=40)
@given(ANY_SCRIPT)
def test_what_is_taken_opens_and_nothing_shorter_does(password: str) -> None:
    try:
        kept = hash_password(password, "zhang.san")
    except WeakPassword:
        return
    assert is_password(password, kept)
    assert not is_password(password[:-1], kept)


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD, 72, 73, 100, LONGEST_PASSWORD])
def test_every_length_between_the_bounds_counts_to_its_last_character(length: int) -> None:
    password = ("长短皆宜 9aB!" * 20)[:length]
    kept = hash_password(password, "zhang.san")
    assert is_password(password, kept)
    assert not is_password(password[:-1] + "~", kept)


def test_the_bounds_are_eight_and_one_hundred_and_twenty_eight() -> None:
    assert (SHORTEST_PASSWORD, LONGEST_PASSWORD) == (8, 128)


def test_the_same_word_from_another_keyboard_is_the_same_password() -> None:
    kept = hash_password("café crème 2026", "zhang.san")
    assert is_password("cafe\u0301 cre\u0300me 2026", kept)
    assert is_password("café crème 2026", hash_password("cafe\u0301 cre\u0300me 2026", "zhang.san"))


@pytest.mark.anyio
async def test_the_longest_password_signs_in(public: Desk, runtime: Runtime) -> None:
    longest = ("锁得住门 7kQ!" * 20)[:LONGEST_PASSWORD]
    async with open_city(runtime) as session:
        account = await actions.register_account(session, runtime, "long.word", "长", longest)
        await actions.join_district(session, account, HERE, runtime.clock.now())
    said = {"username": "long.word", "password": longest, "district": HERE}
    assert_problem(await public.post("/login", said), 403, "no_post")
    assert_problem(await public.post("/login", said | {"password": longest[:-1]}), 401, "wrong_credentials")


@pytest.mark.anyio
async def test_a_name_is_given_once(runtime: Runtime) -> None:
    async with open_city(runtime) as session:
        await actions.register_account(session, runtime, "only.one", "一", town.PASSWORD)
    with pytest.raises(actions.UsernameTaken):
        async with open_city(runtime) as session:
            await actions.register_account(session, runtime, "only.one", "二", town.PASSWORD)
