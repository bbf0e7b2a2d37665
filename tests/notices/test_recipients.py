"""Who is told of what: every rule of the table, each rung of the ladder, and who is passed over (R5.3, R5.4)."""

import pytest
from sqlalchemy import select, update

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.notices.models import Notice
from app.notices.rules import RULES
from app.notices.wording import KIND_WORDS, words_of
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, let_in, raised, unit_named, vacate
from tests.notices.acts import altered, happens, notices, quiet_matter, told

pytestmark = pytest.mark.anyio


async def test_who_gets_a_matter_is_told_in_both_languages(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    await drain(runtime, HERE)
    assert await told(sit) == {"worker": ["assigned"]}
    (notice,) = await notices(await sit(Role.GRID_WORKER, town.G1))
    assert (notice["number"], notice["subject_id"]) == (receipt["number"], receipt["id"])
    assert notice["title"] == "有新事项分派给您,请签收。"
    assert notice["title_en"].startswith("A matter was given to you")


@pytest.mark.parametrize(
    ("rung", "wanted"),
    [
        ("before_due", {"worker"}),
        ("due", {"worker", "leader"}),
        ("overdue", {"street"}),
        ("long_overdue", {"district"}),
    ],
)
async def test_each_rung_has_its_own_recipients(
    public: Desk, sit: Sit, runtime: Runtime, rung: str, wanted: set[str]
) -> None:
    issue = await quiet_matter(public, runtime)
    await happens(runtime, issue, "issue_reminded", clock="solve", rung=rung)
    assert await told(sit) == {name: [rung] for name in wanted}
    desk = {"due": "leader", "overdue": "street", "long_overdue": "district"}.get(rung)
    if desk == "street":
        secretary = await sit(Role.STREET_SECRETARY, town.WEST)
        assert [one["clock"] for one in await notices(secretary)] == ["solve"], "the whole desk reads it"
        east = await sit(Role.STREET_DISPATCHER, town.EAST)
        assert await notices(east) == []


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ("issue_reworked", {"worker": ["reworked"], "leader": ["reworked"]}),
        ("issue_supervised", {"worker": ["supervised"], "street": ["supervised"], "district": ["supervised"]}),
        ("extension_asked", {"community": ["extension_asked"]}),
        ("issue_answered", {"community": ["to_ask"]}),
        ("issue_verified", {"community": ["to_ask"]}),
        ("whistle_answered", {"community": ["to_ask"]}),
        ("check_wanted", {"street": ["check_wanted"]}),
        ("review_requested", {"street": ["review_requested"]}),
        ("issue_extended", {"worker": ["extended"]}),
        ("issue_held_open", {"worker": ["held_open"]}),
        ("issue_resumed", {"worker": ["resumed"]}),
        ("close_asked", {"street": ["close_asked"]}),
        ("exclusion_asked", {"street": ["exclusion_asked"]}),
        ("issue_received_back", {"worker": ["received_back"]}),
    ],
)
async def test_a_step_tells_whom_the_table_names(
    public: Desk, sit: Sit, runtime: Runtime, event: str, wanted: dict[str, list[str]]
) -> None:
    issue = await quiet_matter(public, runtime)
    await happens(runtime, issue, event, street_id=None)
    assert await told(sit) == wanted


@pytest.mark.parametrize(
    ("clock", "rung", "wanted"),
    [
        ("revisit", "before_due", {"community"}),
        ("revisit", "due", {"community", "street"}),
        ("verifying", "before_due", {"street"}),
        ("extension", "before_due", {"community"}),
        ("extension", "due", {"community", "district"}),
        ("approval", "due", {"street", "district"}),
        ("appeal", "before_due", {"street"}),
        ("appeal", "overdue", {"district"}),
        ("contact", "due", {"worker", "leader"}),
    ],
)
async def test_a_reminder_goes_to_a_desk_that_may_act(
    public: Desk, sit: Sit, runtime: Runtime, clock: str, rung: str, wanted: set[str]
) -> None:
    issue = await quiet_matter(public, runtime)
    await happens(runtime, issue, "issue_reminded", clock=clock, rung=rung)
    assert await told(sit) == {name: [rung] for name in wanted}


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        (("ask_close", {"result": "refused", "text": "无法满足"}), {"district": ["close_asked"]}),
        (("exclude", {"reason": "consult", "note": "属于咨询"}), {"district": ["exclusion_asked"]}),
        (("answer", {"text": "已解决"}), {"district": ["to_ask"]}),
        (
            ("ask_extension", {"until": "2026-12-20T09:30:00Z", "reason": "等配件"}),
            {"district": ["extension_asked"]},
        ),
    ],
)
async def test_what_the_street_asked_or_did_is_not_put_to_the_street(
    public: Desk, sit: Sit, runtime: Runtime, taken: tuple[str, dict[str, str]], wanted: dict[str, list[str]]
) -> None:
    issue = await quiet_matter(public, runtime)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await street.step(str(issue), "take_over", reason="提级")).status_code == 200
    await drain(runtime, HERE)
    answer = await street.step(str(issue), taken[0], **taken[1])
    assert answer.status_code == 200, answer.text
    await drain(runtime, HERE)
    told_now = await told(sit)
    assert told_now.pop("worker") == ["taken_over"]
    assert told_now == wanted


@pytest.mark.parametrize(
    ("refuser", "reviewer"),
    [
        ((Role.COMMUNITY_OFFICER, town.C1), "street"),
        ((Role.STREET_SECRETARY, town.WEST), "district"),
        ((Role.DISTRICT_ADMIN, HERE), "street"),
    ],
)
async def test_a_review_is_put_to_another_office_than_the_one_that_refused(
    public: Desk, sit: Sit, runtime: Runtime, refuser: tuple[Role, str], reviewer: str
) -> None:
    receipt = await raised(public, town.IN_B1)
    desk = await sit(*refuser)
    refused = await desk.step(receipt["id"], "not_accept", reason="unlawful", text="不予受理。")
    assert refused.status_code == 200, refused.text
    await public.post(f"/follow/{receipt['follow_token']}/request_review", {"text": "请复核"})
    await drain(runtime, HERE)
    told_now = await told(sit)
    assert [name for name, kinds in told_now.items() if "review_requested" in kinds] == [reviewer]


async def test_a_gap_is_told_to_the_street(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = await quiet_matter(public, runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await happens(runtime, issue, "issue_assigned", holder_id=worker.post_id, why="holds", gaps=1)
    assert await told(sit) == {"worker": ["assigned"], "street": ["gap"]}


async def test_not_signing_is_told_to_who_had_it_and_to_the_street(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    """The service passes it on; then a desk takes it away from the next one too."""
    issue = await quiet_matter(public, runtime)
    leader = await sit(Role.GRID_LEADER, town.G1)
    await altered(runtime, issue, holder_id=leader.post_id)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Issue).where(Issue.id == issue).values(version=Issue.version + 1))
    await happens(runtime, issue, "issue_assigned", holder_id=leader.post_id, why="holds", gaps=0)
    assert await told(sit) == {"worker": ["sign_missed"], "leader": ["assigned"], "street": ["sign_missed"]}


async def test_a_desk_that_gives_it_to_another_tells_the_first(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = await quiet_matter(public, runtime)
    leader = await sit(Role.GRID_LEADER, town.G1)
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    given = await desk.step(str(issue), "assign", post_id=str(leader.post_id), reason="由网格长办理")
    assert given.status_code == 200, given.text
    await drain(runtime, HERE)
    assert await told(sit) == {"worker": ["taken_away"], "leader": ["assigned"]}


async def test_a_unit_is_told_through_all_its_posts_when_it_may_see_it(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    issue, unit = await quiet_matter(public, runtime), await unit_named(runtime, "chengguan")
    await altered(runtime, issue, lead_unit_id=unit, state="dispatched")
    await happens(runtime, issue, "order_issued", issue_id=issue, unit_id=unit)
    assert await told(sit) == {}, "a unit that is no party sees nothing"
    await let_in(runtime, str(issue), "chengguan")
    assert await told(sit) == {"unit": ["dispatched"]}
    assert [one["kind"] for one in await notices(await sit(Role.DEPARTMENT_HEAD, "chengguan"))] == ["dispatched"]
    assert await notices(await sit(Role.DEPARTMENT_OFFICER, "shuiwu")) == []
    about = {"issue_id": issue, "unit_id": unit}
    await happens(runtime, issue, "order_reminded", clock="order_solve", rung="due", **about)
    assert await told(sit) == {"unit": ["dispatched", "due"], "street": ["due"]}


async def test_an_empty_desk_is_passed_over(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = await quiet_matter(public, runtime)
    await vacate(runtime, (Role.GRID_LEADER, town.G1))
    await happens(runtime, issue, "issue_reminded", clock="solve", rung="due")
    assert (await told(sit, "leader"))["community"] == ["due"]
    await vacate(runtime, (Role.STREET_DISPATCHER, town.WEST))
    await happens(runtime, issue, "issue_reminded", clock="solve", rung="overdue")
    assert [one["kind"] for one in await notices(await sit(Role.STREET_SECRETARY, town.WEST))] == ["overdue"]
    await vacate(runtime, (Role.STREET_SECRETARY, town.WEST))
    await happens(runtime, issue, "issue_reminded", clock="contact", rung="overdue")
    assert (await told(sit, "leader", "street"))["district"] == ["overdue"]


async def test_the_respondents_line_is_told_nothing(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """Against the community: its desk and its worker see no notice, whoever it was sent to."""
    community = await unit_named(runtime, town.C1)
    issue = await quiet_matter(public, runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await happens(runtime, issue, "issue_reminded", clock="solve", rung="before_due")
    assert await told(sit) == {"worker": ["before_due"]}
    await altered(runtime, issue, respondent_unit_id=community)
    assert await told(sit) == {}
    async with system_work(runtime, HERE) as work:
        (before,) = await work.session.scalars(select(Notice.id))
    answer = await worker.post(f"/notices/{before}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    await happens(runtime, issue, "issue_reminded", clock="solve", rung="due")
    assert await told(sit) == {"street": ["due"]}


def test_every_kind_has_its_words_and_every_word_its_kind() -> None:
    kinds = {rule.kind for rules in RULES.values() for rule in rules}
    assert kinds == set(KIND_WORDS)
    for kind in kinds:
        zh, en = words_of(kind, "solve")
        assert "{" not in zh + en
        assert en.isascii()
