"""Bad input: a problem document in two languages with the field, and not one row more (TRUST 15, 20, 26)."""

import json
import struct
import zlib
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import inspect

from app.core.work import Runtime
from app.issues.models import Issue
from app.issues.schemas import RaiseIssue
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, assert_problem, jpeg, raised, rows

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
HERE_RAW = f'"district":"{HERE}"'
KEY = {"Idempotency-Key": "a-key-nobody-will-guess-0123456789"}


def at(lon: Any, lat: Any, **more: Any) -> dict[str, Any]:
    return report() | {"point": {"lon": lon, "lat": lat, **more}}


BAD_BODIES: dict[str, tuple[dict[str, Any], str, str]] = {
    "west of the world": (at(-181, 24.8), "point_outside_world", "point"),
    "north of the world": (at(102.8, 181), "point_outside_world", "point"),
    "no latitude of ours": (at(102.8, 95), "point_outside_world", "point"),
    "axes swapped": (at(24.81, 102.81), "axes_swapped", "point"),
    "unknown crs": (at(102.8, 24.8, crs="epsg:9999"), "invalid_field", "point.crs"),
    "no latitude": (report() | {"point": {"lon": 102.8}}, "invalid_field", "point.lat"),
    "words for a number": (at("east", 24.8), "invalid_field", "point.lon"),
    "a list for a point": (report() | {"point": [102.8, 24.8]}, "invalid_field", "point"),
    "five kilometres": (at(102.81, 24.81, accuracy_m=5000), "accuracy_too_wide", "point.accuracy_m"),
    "negative accuracy": (at(102.81, 24.81, accuracy_m=-1), "invalid_field", "point.accuracy_m"),
    "100 kB of text": (report(text="长" * 34_000), "invalid_field", "text"),
    "4001 characters": (report(text="x" * 4001), "invalid_field", "text"),
    "no text": ({"district": HERE}, "invalid_field", "text"),
    "empty text": (report(text=""), "invalid_field", "text"),
    "blank text": (report(text=" \n\u3000\t "), "invalid_field", "text"),
    "zero-width text": (report(text="\u200b\u200d\ufeff"), "invalid_field", "text"),
    "control characters": (report(text="路灯\x07不亮"), "invalid_field", "text"),
    "NUL": (report(text="路灯\x00不亮"), "invalid_field", "text"),
    "terminal codes": (report(text="\x1b[31m红"), "invalid_field", "text"),
    "a number for text": (report(text=5), "invalid_field", "text"),
    "unknown category": (report(category="no_such_category"), "unknown_category", "category"),
    "NUL in the category": (report(category="a\x00"), "invalid_field", "category"),
    "unknown type": (report(type="whim"), "invalid_field", "type"),
    "unknown area": (report(area_code="999999"), "unknown_area", "area_code"),
    "area of no form": (report(area_code="a b"), "invalid_field", "area_code"),
    "unknown unit": (report(respondent_unit="nobody"), "unknown_unit", "respondent_unit"),
    "unknown district": (report(district="999999"), "unknown_district", "district"),
    "district of no form": (report(district="t_530114"), "invalid_field", "district"),
    "none of several districts": ({"text": "路灯不亮"}, "district_required", "district"),
    "unknown field": (report(colour="red"), "invalid_field", "colour"),
    "unknown inner field": (report(contact={"name": "王", "id_card": "53"}), "invalid_field", "contact.id_card"),
    "a phone of letters": (report(contact={"phone": "call me"}), "invalid_field", "contact.phone"),
    "2**63 heads": (report(head_count=2**63), "invalid_field", "head_count"),
    "no heads": (report(head_count=0), "invalid_field", "head_count"),
    "a very long number": (report(head_count=10**300), "invalid_field", "head_count"),
    "before the calendar": (report(occurred_at="0001-01-01T00:00:00+08:00"), "invalid_field", "occurred_at"),
    "after the calendar": (report(occurred_at="9999-12-31T23:59:59-08:00"), "invalid_field", "occurred_at"),
    "no time": (report(occurred_at="yesterday"), "invalid_field", "occurred_at"),
    "huge unix time": (report(occurred_at=2**63), "invalid_field", "occurred_at"),
}
BAD_RAW: dict[str, tuple[bytes, str, str | None]] = {
    "NaN": (f'{{"text":"a",{HERE_RAW},"point":{{"lon":NaN,"lat":24.8}}}}'.encode(), "invalid_field", "point.lon"),
    "Infinity": (b'{"text":"a","point":{"lon":1,"lat":-Infinity}}', "invalid_field", "point.lat"),
    "1e999": (f'{{"text":"a",{HERE_RAW},"point":{{"lon":1e999,"lat":2}}}}'.encode(), "invalid_field", "point.lon"),
    "lone surrogate": (f'{{"text":"a\\ud800b",{HERE_RAW}}}'.encode(), "invalid_field", None),
    "escaped NUL": (f'{{"text":"a\\u0000b",{HERE_RAW}}}'.encode(), "invalid_field", "text"),
    "duplicate key": (f'{{"text":"a","text":"b",{HERE_RAW}}}'.encode(), "duplicate_key", "text"),
    "inner duplicate": (
        f'{{"text":"a",{HERE_RAW},"point":{{"lon":1,"lon":102.8,"lat":24.8}}}}'.encode(), "duplicate_key", "lon",
    ),
    "deep lists": (b"[" * 100_000, "invalid_field", None),
    "deep objects": (b'{"text":' * 25_000, "invalid_field", None),
    "deep in an unknown field": (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "invalid_field", None),
    "endless digits": (b'{"text":"a","head_count":' + b"9" * 100_000 + b"}", "invalid_field", None),
    "not UTF-8": (b'{"text":"a\xff"}', "invalid_field", None),
    "GB18030": ('{"text":"路灯"}'.encode("gb18030"), "invalid_field", None),
    "cut off": (b'{"text":"a"', "invalid_field", None),
    "two documents": (f'{{"text":"a",{HERE_RAW}}}{{}}'.encode(), "invalid_field", None),
    "a list": (b"[]", "invalid_field", None),
    "null": (b"null", "invalid_field", None),
    "nothing": (b"", "invalid_field", None),
}  # fmt: skip


@pytest.fixture
async def before(runtime: Runtime) -> dict[str, int]:
    return await rows(runtime)


async def test_every_bad_body_is_named_and_changes_nothing(
    public: Desk, sit: Sit, runtime: Runtime, before: dict[str, int]
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    for name, (body, code, field) in BAD_BODIES.items():
        answer = await public.post("/issues", content=json.dumps(body), headers={**JSON, **KEY})
        said = assert_problem(answer, 422, code, field)
        assert code != "invalid_field" or said["errors"][0]["field"] == field, name
        if "district" not in name:
            own = {key: value for key, value in body.items() if key != "district"}
            assert_problem(await worker.post("/issues", content=json.dumps(own), headers=JSON), 422, code, field)
    assert await rows(runtime) == before


async def test_every_bad_document_is_refused_whole(public: Desk, runtime: Runtime, before: dict[str, int]) -> None:
    for name, (raw, code, field) in BAD_RAW.items():
        answer = await public.post("/issues", content=raw, headers=JSON)
        said = assert_problem(answer, 422, code, field)
        assert len(answer.content) < 4000, name
        assert "errors" in said or field, name
        parts: list[tuple[str, Any]] = [("issue", (None, raw)), ("photos", ("a.jpg", jpeg()))]
        if name in ("not UTF-8", "GB18030"):
            continue  # the multipart parser falls back to Latin-1 before we see a byte
        assert_problem(await public.call("POST", "/issues", files=parts), 422, code, field)
    assert await rows(runtime) == before


async def test_no_answer_repeats_what_was_typed(public: Desk) -> None:
    secret = "13800009999王芳"
    for body in (report(type=secret), report(contact={"phone": secret}), at(secret, 1), report(category=secret)):
        assert secret not in (await public.post("/issues", body)).text


@pytest.mark.parametrize("column", sorted(set(inspect(Issue).columns.keys()) - set(RaiseIssue.model_fields)))
async def test_no_column_can_be_set_from_outside(
    public: Desk, runtime: Runtime, before: dict[str, int], column: str
) -> None:
    for value in ("x", str(UUID(int=1)), 5, True, None):
        answer = await public.post("/issues", report(town.IN_B1, **{column: value}))
        assert_problem(answer, 422, "invalid_field", column)
    assert await rows(runtime) == before


async def test_no_column_can_be_set_by_a_step(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = (await raised(public))["id"]
    worker, now = await sit(Role.GRID_WORKER, town.G1), await rows(runtime)
    bodies: dict[str, dict[str, Any]] = {"accept": {}, "comment": {"text": "备注"}, "contact": {"way": "phone"}}
    for column in inspect(Issue).columns.keys():  # noqa: SIM118  # a collection of its own, not a dict
        for name, body in bodies.items():
            if column not in body:
                answer = await worker.step(issue, name, **body, **{column: "x"})
                assert_problem(answer, 422, "invalid_field", column)
    assert await rows(runtime) == now


def pixels(width: int, height: int) -> bytes:
    """A JPEG whose frame header claims this size: the bomb is in the claim."""
    small = jpeg(16, 16)
    frame = small.index(b"\xff\xc0")
    return small[: frame + 5] + struct.pack(">HH", height, width) + small[frame + 9 :]


def png_bomb(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


BAD_FILES: dict[str, tuple[list[bytes], int, str, str]] = {
    "twenty photos": ([jpeg()] * 20, 422, "too_many_photos", "photos"),
    "ten photos": ([jpeg()] * 10, 422, "too_many_photos", "photos"),
    "an empty file": ([jpeg(), b""], 422, "photo_empty", "photos.1"),
    "a page called jpg": ([b"<html><script>alert(1)</script></html>"], 422, "not_a_photo", "photos.0"),
    "a drawing with script": (
        [b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'],
        422,
        "not_a_photo",
        "photos.0",
    ),
    "a cut photo": ([jpeg(400, 300)[:300]], 422, "photo_broken", "photos.0"),
    "20,000 pixels a side": ([pixels(20_000, 20_000)], 422, "photo_too_many_pixels", "photos.0"),
    "50,000 pixels a side": ([png_bomb(50_000)], 422, "photo_too_many_pixels", "photos.0"),
    "eleven megabytes": ([jpeg() + bytes(11 * 1024 * 1024)], 413, "photo_too_large", "photos.0"),
}


async def test_every_bad_file_is_named_and_changes_nothing(
    public: Desk, sit: Sit, runtime: Runtime, app: Any
) -> None:
    issue = (await raised(public))["id"]
    worker, now = await sit(Role.GRID_WORKER, town.G1), await rows(runtime)
    for blobs, status, code, field in BAD_FILES.values():
        photos: list[tuple[str, Any]] = [("photos", ("a.jpg", blob, "image/jpeg")) for blob in blobs]
        parts = [("issue", (None, json.dumps(report(town.IN_B1)))), *photos]
        assert_problem(await public.call("POST", "/issues", files=parts), status, code, field)
        assert_problem(await worker.call("POST", f"/issues/{issue}/photos", files=photos), status, code, field)
    assert await rows(runtime) == now
    assert not list(app.state.photos.root.rglob("*.jpg"))


async def test_a_form_of_the_wrong_shape_is_refused(
    public: Desk, runtime: Runtime, before: dict[str, int]
) -> None:
    said = json.dumps(report(town.IN_B1))
    shapes: list[tuple[list[tuple[str, Any]], str, str]] = [
        ([("photos", ("a.jpg", jpeg()))], "unknown_part", "issue"),
        ([("issue", (None, said)), ("issue", (None, said))], "unknown_part", "issue"),
        ([("issue", (None, said)), ("photo", ("a.jpg", jpeg()))], "unknown_part", "photo"),
        ([("issue", (None, said)), ("photos", (None, "not a file"))], "not_a_photo", "photos.0"),
    ]
    for parts, code, field in shapes:
        assert_problem(await public.call("POST", "/issues", files=parts), 422, code, field)
    many = [("issue", (None, said)), *[("photos", (f"{n}.jpg", jpeg())) for n in range(60)]]
    assert_problem(await public.call("POST", "/issues", files=many), 422, "bad_request")
    cut = {"content-type": "multipart/form-data; boundary=x"}
    assert_problem(await public.post("/issues", content=b"--x\r\nrubbish", headers=cut), 422, "unknown_part")
    assert await rows(runtime) == before


async def test_a_page_of_another_site_cannot_send_a_simple_request(public: Desk, runtime: Runtime) -> None:
    """Plain text and urlencoded forms need no preflight in a browser; they are no report of ours (TRUST 9)."""
    said = json.dumps(report(town.IN_B1))
    for kind in ("text/plain", "application/x-www-form-urlencoded", "text/html", "application/octet-stream", ""):
        answer = await public.post("/issues", content=said, headers={"content-type": kind})
        assert_problem(answer, 422, "wrong_content_type", "Content-Type")
    assert (await rows(runtime))["issue"] == 0
    kind = "Application/JSON; charset=utf-8"
    assert (await public.post("/issues", content=said, headers={"content-type": kind})).status_code == 201


async def test_a_body_over_a_quarter_megabyte_is_refused(public: Desk, sit: Sit, runtime: Runtime) -> None:
    big = json.dumps(report(text="x" * 262_144)).encode()
    assert_problem(await public.post("/issues", content=big, headers=JSON), 413, "body_too_large")

    async def chunks() -> Any:
        for start in range(0, len(big), 1000):
            yield big[start : start + 1000]

    assert_problem(await public.post("/issues", content=chunks(), headers=JSON), 413, "body_too_large")
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    big = json.dumps({"text": "x" * 1_100_000}).encode()
    answer = await worker.post(f"/issues/{issue}/steps/comment", content=chunks(), headers=JSON)
    assert_problem(answer, 413, "body_too_large")
    assert (await rows(runtime))["remark"] == 0


async def test_a_body_whose_announced_length_is_too_large_gets_a_problem_too(public: Desk) -> None:
    answer = await public.post("/login", content=b"x" * 1_100_000, headers=JSON)
    assert_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    ("name", "good"), [("comment", {"text": "备注"}), ("locate", {"area_code": town.G2, "reason": "核实"})]
)
async def test_bad_input_of_steps(
    public: Desk, sit: Sit, runtime: Runtime, name: str, good: dict[str, Any]
) -> None:
    issue = (await raised(public))["id"]
    desk, now = await sit(Role.STREET_DISPATCHER, town.WEST), await rows(runtime)
    words = "text" if name == "comment" else "reason"
    path = f"/issues/{issue}/steps/{name}"
    for bad in ("", "  ", "a\x00b", "x" * 4001, 5, None, ["a"]):
        assert_problem(await desk.post(path, good | {words: bad}), 422, "invalid_field", words)
    for version in (0, -1, "two", 1.5):
        answer = await desk.post(path, good | {"expected_version": version})
        assert_problem(answer, 422, "invalid_field", "expected_version")
    surrogate = json.dumps(good | {words: "\ud800"})
    assert_problem(await desk.post(path, content=surrogate, headers=JSON), 422, "invalid_field", words)
    for raw in (b"[" * 100_000, b"\xff", b'{"a":' + b"9" * 5000 + b"}", b"{", b""):
        answer = await desk.post(path, content=raw, headers=JSON)
        assert answer.status_code == 422
        assert answer.json()["code"] in ("bad_request", "invalid_field")
    plain = await desk.post(path, content=json.dumps(good), headers={"content-type": "text/plain"})
    assert_problem(plain, 422, "invalid_field")
    assert await rows(runtime) == now


async def test_wrong_methods_addresses_and_ids_are_problems_too(sit: Sit) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    for method, path in (("DELETE", "/issues"), ("PUT", "/login"), ("PATCH", "/issues/x"), ("GET", "/locate")):
        answer = await admin.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
        assert answer.headers["content-type"] == "application/problem+json"
    for path in ("/nowhere", "/issues/x/y/z", "/issues/x/steps/fly"):
        assert_problem(await admin.post(path, {}), 404, "no_such_route")
    for bad in ("abc", "00000000-0000-0000-0000-00000000000g", "1", "%00", "-1"):
        assert_problem(await admin.get(f"/issues/{bad}/photos"), 422, "invalid_field", "issue_id")


async def test_a_token_that_is_no_text_is_a_session_that_ended(public: Desk) -> None:
    for raw in (b"Bearer \xff\xfe", b"Bearer 530114.\x80", b"Basic eDp4", b"Bearer", b"bearer   "):
        request = httpx2.Request("GET", "http://test/api/v1/me", headers=[(b"authorization", raw)])
        answer = await public.http.send(request)
        assert answer.status_code == 401, raw
        assert answer.json()["code"] in ("session_ended", "not_signed_in")
