"""What a phone knows before it goes out: forms, closed lists, limits; an unchanged part costs no bytes."""

import re
from enum import StrEnum

import pytest
from sqlalchemy import update

from app.core.work import Runtime, system_work
from app.grid.models import DwellingUse
from app.households.kinds import HouseholdKind, Relation
from app.issues.kinds import IssueType, State, Urgency
from app.issues.models import Category
from app.sync.briefing import is_held
from app.sync.kinds import OpType, Status
from app.visits.kinds import Advice, Finding, Period, Result, TaskState, VisitKind, Way
from tests.phones.conftest import Enrol
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
CHINESE = re.compile(r"[\u3400-\u9fff]")
CLOSED: dict[str, type[StrEnum]] = {
    "visit_kind": VisitKind, "visit_result": Result, "visit_way": Way, "visit_advice": Advice,
    "task_state": TaskState, "plan_period": Period, "patrol_finding": Finding,
    "household_kind": HouseholdKind, "relation": Relation, "dwelling_use": DwellingUse,
    "issue_type": IssueType, "issue_urgency": Urgency, "issue_state": State,
    "op_status": Status,
}  # fmt: skip


async def test_a_phone_knows_every_form_list_and_limit(phone_of: Enrol) -> None:
    phone = await phone_of()
    status, said = await phone.signed("GET", "/sync/manifest")
    assert status == 200
    assert (said["schema_min"], said["schema_max"]) == (1, 1)
    assert said["policy"]["most_ops"] == 50
    forms = {one["type"]: one for one in said["forms"]}
    assert set(forms) == set(OpType)
    assert forms["visit.create"]["version"] == "visit.create@1"
    fields = {one["name"]: one for one in forms["patrol.create"]["fields"]}
    assert fields["findings"]["compulsory"]
    assert fields["findings"]["need_zh"]
    assert not fields["note"]["compulsory"]
    assert {"kind", "note"} <= {one["name"] for one in forms["household.edit"]["fields"]}
    lists = {name: [one["code"] for one in words] for name, words in said["dictionaries"].items()}
    for name, kinds in CLOSED.items():
        assert set(lists[name]) == set(kinds), name
    for name, words in said["dictionaries"].items():
        assert words, name
        assert all(CHINESE.search(one["zh"]) for one in words), name
        assert all(not CHINESE.search(one["en"]) for one in words if "en" in one), name
    codes = lists["issue_category"]
    assert len(set(codes)) == len(codes) > 100
    assert {one["under"] for one in said["dictionaries"]["issue_category"] if "under" in one} <= set(codes)
    assert "living_alone" in lists["care_kind"]


async def test_what_has_not_changed_is_not_sent_again(phone_of: Enrol, runtime: Runtime) -> None:
    phone = await phone_of()
    assert await phone.learn() == ["forms", "dictionaries", "policy"]
    assert await phone.learn() == []
    code = phone.manifest["dictionaries"]["issue_category"][-1]["code"]
    async with system_work(runtime, HERE) as work:
        retired = update(Category).where(Category.code == code).values(retired_at=runtime.clock.now())
        await work.session.execute(retired)
    assert await phone.learn() == ["dictionaries"]
    assert code not in [one["code"] for one in phone.manifest["dictionaries"]["issue_category"]]
    assert await phone.learn() == []


async def test_the_whole_and_each_part_have_a_strong_etag(phone_of: Enrol) -> None:
    phone = await phone_of()
    bearer = {"Authorization": f"Bearer {phone.access}"}
    tags = {}
    for query in ("", "?part=forms", "?part=dictionaries", "?part=policy"):
        path = f"/api/v1/sync/manifest{query}"
        answer = await phone.send("GET", path, headers=bearer, content=b"")
        tags[query] = answer.headers["etag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', tags[query])
        for said in (tags[query], f"W/{tags[query]}", f'"other", {tags[query]}', "*"):
            held = await phone.send("GET", path, headers=bearer | {"If-None-Match": said}, content=b"")
            assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", tags[query])
        other = await phone.send("GET", path, headers=bearer | {"If-None-Match": '"other"'}, content=b"")
        assert other.status_code == 200
    assert len(set(tags.values())) == 4
    assert not is_held(None, tags[""])
    assert (await phone.signed("GET", "/sync/manifest?part=songs"))[0] == 422
