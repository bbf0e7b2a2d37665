"""The reporter's link: what it shows, what it takes, and that nobody guesses one (DESIGN 4, "Closing")."""

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.issues.records import Rating
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised, rows

pytestmark = pytest.mark.anyio


async def answered(public: Desk, sit: Sit) -> tuple[str, str]:
    receipt = await raised(public, town.IN_B1, contact={"name": "王芳"})
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.step(receipt["id"], "accept")
    await worker.step(receipt["id"], "comment", text="内部话语不外传")
    await worker.step(receipt["id"], "contact", way="phone", note="电话里很生气")
    await worker.step(receipt["id"], "answer", text="本月开放")
    return receipt["id"], receipt["follow_token"]


async def test_the_page_says_where_it_stands_and_no_inner_word(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1, contact={"name": "王芳", "phone": "13800001234"})
    page = (await public.get(f"/follow/{receipt['follow_token']}")).json()
    assert (page["number"], page["state"], page["handled_by"]) == (receipt["number"], "assigned", "grid_worker")
    assert page["may_rate"] is False
    assert receipt["follow_url"].endswith(f"/r/follow/{receipt['follow_token']}")
    _, link = await answered(public, sit)
    page = (await public.get(f"/follow/{link}")).json()
    assert [said["text"] for said in page["replies"]] == ["本月开放"]
    assert [step["step"] for step in page["timeline"]] == ["raise", "assign", "accept", "contact", "answer"]
    assert page["state_words"]["zh"] == "已答复,请您评价"
    for hidden in ("内部话语", "电话里", "王", "post_id", "account"):
        assert hidden not in str(page)


@pytest.mark.parametrize(
    ("verdict", "state"), [("solved", "closed"), ("partly", "handling"), ("not_solved", "handling")]
)
async def test_the_verdict_closes_it_or_returns_it_to_its_holder(
    public: Desk, sit: Sit, runtime: Runtime, verdict: str, state: str
) -> None:
    issue, link = await answered(public, sit)
    said = {"verdict": verdict, "satisfaction": 2, "contacted": False, "note": "还不行"}
    page = (await public.post(f"/follow/{link}/rate", said)).json()
    assert (page["state"], page["may_rate"]) == (state, False)
    assert page["ratings"][0]["verdict"] == verdict
    again = await public.post(f"/follow/{link}/rate", {**said, "verdict": "solved"})
    if verdict == "solved":
        assert again.status_code == 200, "a word may be changed once"
        again = await public.post(f"/follow/{link}/rate", {**said, "verdict": "solved"})
        assert_problem(again, 409, "word_changed_before")
    else:
        assert_problem(again, 409, "wrong_state", "state")
    async with system_work(runtime, HERE) as work:
        kept = await work.session.get_one(Issue, issue)
        ratings = (await work.session.scalars(select(Rating))).all()
    assert (kept.closed_at is not None) == (verdict == "solved")
    assert (kept.answered_at is None) == (verdict != "solved")
    assert [(one.satisfaction, one.contacted) for one in ratings] == [(2, False)] * (1 + (verdict == "solved"))
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    shown = (await desk.get(f"/issues/{issue}")).json()
    acts = {act["step"]: act["detail"] for act in shown["trail"]}
    assert ("close" if verdict == "solved" else "rework") in acts
    said = acts["rate"]
    assert (said["verdict"], said["satisfaction"], said["report"]) == (verdict, 2, str(issue))


@pytest.mark.parametrize(
    "bad",
    [
        {"verdict": "fine", "satisfaction": 5}, {"verdict": "solved", "satisfaction": 0},
        {"verdict": "solved", "satisfaction": 6}, {"satisfaction": 5},
        {"verdict": "solved", "satisfaction": 5, "note": "  "},
        {"verdict": "solved", "satisfaction": 5, "state": "x"},
        {"verdict": "solved", "satisfaction": "very"},
    ],
)  # fmt: skip
async def test_a_bad_rating_changes_nothing(
    public: Desk, sit: Sit, runtime: Runtime, bad: dict[str, object]
) -> None:
    _, link = await answered(public, sit)
    before = await rows(runtime)
    assert_problem(await public.post(f"/follow/{link}/rate", bad), 422, "invalid_field")
    assert await rows(runtime) == before


async def test_a_stale_page_does_not_rate_what_has_moved_on(public: Desk, sit: Sit) -> None:
    _, link = await answered(public, sit)
    said = {"verdict": "solved", "satisfaction": 5, "expected_version": 2}
    assert_problem(await public.post(f"/follow/{link}/rate", said), 409, "stale", "expected_version")


async def test_one_link_opens_one_issue_and_no_route_of_staff(public: Desk, sit: Sit) -> None:
    issue, link = await answered(public, sit)
    other = await raised(public, town.IN_B1)
    assert (await public.get(f"/follow/{link}")).json()["number"] != other["number"]
    public.token = link
    for path in (f"/issues/{issue}", "/issues", "/me"):
        assert_problem(await public.get(path), 401, "session_ended")
    assert_problem(await public.step(issue, "comment", text="我"), 401, "session_ended")


async def test_ten_thousand_guessed_links_open_nothing(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """Checked where the guess ends: at the keyed signature, before any database."""
    _, link = await answered(public, sit)
    body, _, mac = link.rpartition(".")
    made = [f"{body}.{mac[:20]}{a}{b}" for a in "ABCDEFGHIJ" for b in "QRSTUVWXYZ"]
    made += [f"{HERE}.{'A' * 16}{number:06d}.{mac}" for number in range(10_000)]
    hits = [guess for guess in made if guess != link and runtime.keys.read_follow_token(guess) is not None]
    read = runtime.keys.read_follow_token(link)
    assert read is not None
    assert all(runtime.keys.read_follow_token(hit) == read for hit in hits), (
        "only another spelling of the same bits"
    )
    assert len(hits) <= 4


async def test_the_link_is_not_in_the_log(public: Desk, sit: Sit, capsys: pytest.CaptureFixture[str]) -> None:
    _, link = await answered(public, sit)
    await public.get(f"/follow/{link}")
    await public.get(f"/follow/{link}x")
    assert link.rpartition(".")[2] not in "".join(capsys.readouterr())
    assert (await public.get(f"/follow/{link}")).headers["referrer-policy"] == "no-referrer"
