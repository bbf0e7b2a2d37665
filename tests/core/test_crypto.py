import stat
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import (
    Keys,
    SealBroken,
    digest,
    mask_name,
    mask_phone,
    new_token,
    token_hash,
)
from app.core.settings import Settings, SettingsError
from tests.conftest import ROOT

OLD, NEW = b"an old secret of thirty-two bytes!", b"a new secret of thirty-two bytes!!"
KEYS = Keys((NEW,))
SUBJECT = UUID("01a1f677-aa80-7e6e-8dc1-abe2cd45f40c")


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_comes_back_and_is_not_to_be_read(text: str) -> None:
    sealed = KEYS.seal(text, "reporter.phone")
    assert KEYS.unseal(sealed, "reporter.phone") == text
    if len(text) > 3:
        assert text.encode() not in sealed


def test_two_seals_of_one_text_differ() -> None:
    assert KEYS.seal("13800001234", "x") != KEYS.seal("13800001234", "x")


@given(st.integers(min_value=0), st.integers(1, 255))
def test_every_altered_byte_is_noticed(place: int, by: int) -> None:
    sealed = bytearray(KEYS.seal("王芳", "reporter.name"))
    sealed[place % len(sealed)] ^= by
    with pytest.raises(SealBroken):
        KEYS.unseal(bytes(sealed), "reporter.name")


@pytest.mark.parametrize("length", range(0, 40, 3))
def test_a_truncated_seal_is_broken_and_not_a_fault(length: int) -> None:
    sealed = KEYS.seal("13800001234 and more words", "x")
    with pytest.raises(SealBroken):
        KEYS.unseal(sealed[:length], "x")


def test_a_seal_cannot_be_moved_to_another_column() -> None:
    with pytest.raises(SealBroken):
        KEYS.unseal(KEYS.seal("王芳", "reporter.name"), "reporter.phone")


def test_after_a_rotation_old_seals_links_and_hashes_hold_and_new_ones_use_the_new_secret() -> None:
    before, after, later = Keys((OLD,)), Keys((NEW, OLD)), Keys((NEW,))
    assert after.unseal(before.seal("王芳", "x"), "x") == "王芳"
    assert after.read_follow_token(before.follow_token("530114", SUBJECT)) == ("530114", SUBJECT)
    assert after.keyed_hash("13800001234", "phone") == before.keyed_hash("13800001234", "phone")
    assert later.unseal(after.seal("王芳", "x"), "x") == "王芳"
    with pytest.raises(SealBroken):
        later.unseal(before.seal("王芳", "x"), "x")
    assert later.read_follow_token(before.follow_token("530114", SUBJECT)) is None


def test_a_keyed_hash_depends_on_text_column_and_secret() -> None:
    made = {
        keys.keyed_hash(text, column)
        for keys in (Keys((OLD,)), Keys((NEW,)))
        for text in ("1", "2")
        for column in ("phone", "name")
    }
    assert len(made) == 8
    assert KEYS.keyed_hash("1", "phone") == KEYS.keyed_hash("1", "phone")


def test_a_follow_token_begins_with_its_district_and_is_the_same_each_time() -> None:
    token = KEYS.follow_token("530114", SUBJECT)
    assert token.startswith("530114.")
    assert token == KEYS.follow_token("530114", SUBJECT)
    assert KEYS.read_follow_token(token) == ("530114", SUBJECT)


def test_forged_and_truncated_follow_tokens_are_nobodys() -> None:
    token = KEYS.follow_token("530114", SUBJECT)
    district, subject, mac = token.split(".")
    other = KEYS.follow_token("990001", UUID(int=5)).split(".")
    forged = [token[:end] for end in range(len(token))]
    forged += [f"990001.{subject}.{mac}", f"{district}.{other[1]}.{mac}", f"{district}.{subject}.{other[2]}"]
    forged += [f"{district}.{subject}", f".{subject}.{mac}", f"{token}.", f".{token}", token + token]
    forged += [
        Keys((OLD,)).follow_token("530114", SUBJECT),
        f"\ud800.{subject}.{mac}",
        f"王.{subject}.{mac}",
        "..",
        "",
    ]
    assert [bad for bad in forged if KEYS.read_follow_token(bad) is not None] == []


@given(st.text())
def test_no_text_at_all_breaks_the_reading_of_a_link(text: str) -> None:
    assert KEYS.read_follow_token(text) is None


@given(st.integers(0, 70), st.characters(codec="ascii"))
def test_one_changed_character_of_a_link_names_no_other_issue(place: int, char: str) -> None:
    token = KEYS.follow_token("530114", SUBJECT)
    changed = token[:place] + char + token[place + 1 :]
    assert KEYS.read_follow_token(changed) in (None, ("530114", SUBJECT))


def test_staff_tokens_are_long_different_and_stored_as_a_hash() -> None:
    tokens = {new_token("530114") for _ in range(100)}
    assert len(tokens) == 100
    assert all(token.startswith("530114.") and len(token) >= 7 + 43 for token in tokens)
    assert len({token_hash(token) for token in tokens}) == 100


def test_digests_of_equal_words_differ_by_their_salt() -> None:
    assert digest(b"a" * 16, "同样的话") != digest(b"b" * 16, "同样的话")
    assert digest(b"a" * 16, "同样的话") == digest(b"a" * 16, "同样的话")


@pytest.mark.parametrize(("phone", "shown"), [("13800001234", "138****1234"), ("12345", "****45"), ("", "****")])
def test_a_masked_phone(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("王芳", "王*"), ("王", "王*"), ("欧阳小芳", "欧***")])
def test_a_masked_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_production_starts_with_no_secret_made_up(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://app@/x", data_dir=tmp_path, environment="production")
    with pytest.raises(SettingsError, match="WANGGE_SECRET"):
        Keys.load(settings)
    assert list(tmp_path.iterdir()) == []


def test_processes_starting_at_once_make_one_development_secret(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; import sys; from app.core.crypto import _development_secret as made;"
        "print(made(Path(sys.argv[1])).decode())"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
        for _ in range(4)
    ]
    said = {start.communicate(timeout=60)[0] for start in starts}
    assert len(said) == 1
    assert len(said.pop().strip()) >= 43
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
