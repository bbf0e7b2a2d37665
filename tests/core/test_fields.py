import unicodedata

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.fields import Code, DistrictCode, Name, Phone, Schema, Sentence, Username, Words, clean_text
from app.core.http import field_errors

ANY = st.text(st.characters(exclude_categories=()))
LONGER_IN_NFC = "\u0958"  # one sign that becomes two


@given(ANY)
def test_clean_text_is_storable_and_stays_as_it_is(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except ValueError as refused:
        event(str(refused))  # one of the two words the HTTP edge knows
        if str(refused) in ("control_character", "blank"):
            return
        raise
    assert cleaned.encode()
    assert "\0" not in cleaned
    assert "\r" not in cleaned
    assert cleaned == cleaned.strip() == unicodedata.normalize("NFC", cleaned)
    assert clean_text(cleaned) == cleaned
    assert not {unicodedata.category(char) for char in cleaned.replace("\n", "").replace("\t", "")} & {"Cc", "Cs"}


CONTROLS = ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\udfff"]


@pytest.mark.parametrize("char", CONTROLS)
def test_controls_and_lone_surrogates_inside_are_refused(char: str) -> None:
    with pytest.raises(ValueError, match="control_character"):
        clean_text(f"路口{char}积水")


NOTHING_SHOWN = ["", " ", "\n\t", "\u3000", "\u200b", "\u200b\u200d\ufeff", "\u2060 \u200e", "\ue000"]


@pytest.mark.parametrize("text", NOTHING_SHOWN)
def test_what_shows_nothing_is_blank(text: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        clean_text(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (" 路口积水\r\n很深\r ", "路口积水\n很深"),
        ("e\u0301", "\u00e9"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_text_is_kept_in_one_form(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(("field", "most"), [(Name, 60), (Sentence, 400), (Words, 4000)])
def test_a_length_is_kept_also_after_the_text_was_put_in_form(field: type[str], most: int) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(field)
    assert len(adapter.validate_python("字" * most)) == most
    for long in ("字" * (most + 1), LONGER_IN_NFC * most):
        with pytest.raises(ValidationError) as wrong:
            adapter.validate_python(long)
        (said,) = field_errors(wrong.value.errors())
        assert (said["code"], said["title"]) == ("string_too_long", f"超过 {most} 个字符")
    assert adapter.json_schema()["maxLength"] == most


@pytest.mark.parametrize("value", [5, None, ["路口"], True, b"bytes"])
def test_what_is_not_text_is_not_turned_into_text(value: object) -> None:
    with pytest.raises(ValidationError) as wrong:
        TypeAdapter(Name).validate_python(value)
    assert field_errors(wrong.value.errors())[0]["code"] == "not_text"


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (Code, "530114-A", ["", "a" * 33, "a b", "五三", "a\n"]),
        (DistrictCode, "530114", ["53011", "5301144", "53011a", "٥٣٠١١٤", "530114\n"]),
        (
            Phone,
            "+86-13800001234",
            ["", "1380", "138 0000 1234", "1" * 22, "13800001234\n;", "１３８００００１２３４"],
        ),
        (Username, "grid_worker-1", ["a", "a" * 41, "名字", "a b", "a\n"]),
    ],
)
def test_forms_of_codes(field: type[str], good: str, bad: list[str]) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(field)
    assert adapter.validate_python(good) == good
    for one in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(one)


class _Said(Schema):
    amount: float


@pytest.mark.parametrize(
    "text", ['{"amount": NaN}', '{"amount": Infinity}', '{"amount": 1e999}', '{"amount": 1, "b": 2}']
)
def test_infinite_numbers_and_unknown_fields_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        _Said.model_validate_json(text)
