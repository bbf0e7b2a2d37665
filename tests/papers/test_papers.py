"""Office papers: what stands on them for whom, numbers without a gap, and the log of who printed what."""

import asyncio
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.papers import signing
from app.papers.models import PaperCount, SignedPaper
from app.people.models import Role
from app.people.privacy import PersonalRead
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatched
from tests.issues.acts import HERE, raised
from tests.whistles.acts import Town, arrive, blow, move, ok, report_in_of

pytestmark = pytest.mark.anyio

TEXT = "路口没有公共厕所,请解决。"
PHONE = "13800001234"
ISSUE_PAPERS = ("supervision_order", "archive")


async def printed(desk: Desk, path: str) -> str:
    answer = await desk.get(f"{path}.pdf")
    assert answer.status_code == 200, answer.text[:400]
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    return re.sub(r"\s", "", text)


async def signed(desk: Desk, path: str, status: int = 201) -> dict[str, Any]:
    return ok(await desk.post(f"{path}/sign"), status)


def of(issue: dict[str, Any], kind: str) -> str:
    return f"/issues/{issue['id']}/papers/{kind}"


@pytest.mark.parametrize("kind", ISSUE_PAPERS)
async def test_a_paper_of_an_issue_says_what_where_and_by_when(public: Desk, sit: Sit, kind: str) -> None:
    street = await sit(Role.STREET_SECRETARY, town.WEST)
    issue, _ = await dispatched(public, street, contact={"name": "王小明", "phone": PHONE})
    text = await printed(street, of(issue, kind))
    for word in (issue["number"], TEXT, "三岔口社区", "区城市管理局", "乌龙街道", "未编号", "求助"):
        assert word in text, word
    assert "王**" in text
    assert PHONE not in text
    assert "王小明" not in text


async def test_the_supervision_order_gives_the_reason_and_asks_by_when(public: Desk, sit: Sit) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    issue = await raised(public)
    assert (await secretary.step(issue["id"], "supervise", reason="群众多次反映,请抓紧。")).status_code == 200
    text = await printed(secretary, of(issue, "supervision_order"))
    assert "群众多次反映,请抓紧。" in text
    assert re.search(r"请于2026年\d+月\d+日\(周.\)\d\d:\d\d前办结", text)


async def test_no_seal_stands_on_a_page_of_its_own(public: Desk, sit: Sit) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    issue = await raised(public)
    for turn in range(5):
        ok(await secretary.step(issue["id"], "comment", text=f"第{turn}次核实。"))
        for kind in ISSUE_PAPERS:
            answer = await secretary.get(f"{of(issue, kind)}.pdf")
            pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
            assert "盖章处" in pages[-1]
            assert "备注" in pages[-1], (kind, turn)


@pytest.mark.usefixtures("long_sessions")
async def test_an_overdue_matter_says_so_on_its_paper(public: Desk, sit: Sit, clock: FixedClock) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    issue = await raised(public)
    clock.advance(days=40)
    assert "已超过办理时限" in await printed(secretary, of(issue, "supervision_order"))


async def test_a_confidential_matter_prints_its_edited_copy_for_the_handler(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    issue = await raised(public, confidential=True, text="三栋老赵违建,我是他邻居", contact={"name": "王小明"})
    assert (await street.step(issue["id"], "edit_copy", text="某栋疑似违建")).status_code == 200
    worker = await sit(Role.GRID_WORKER, town.G1)
    for kind in ISSUE_PAPERS:
        text = await printed(worker, of(issue, kind))
        assert "某栋疑似违建" in text
        assert "老赵" not in text
        assert "王**" not in text
    assert "老赵" in await printed(street, of(issue, "archive"))


async def test_printing_is_on_the_log_of_reads(public: Desk, sit: Sit, runtime: Runtime) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    issue = await raised(public)
    await printed(street, of(issue, "archive"))
    async with system_work(runtime, HERE) as work:
        read = (await work.session.scalars(select(PersonalRead).where(PersonalRead.what == "paper.archive"))).one()
    assert ([str(one) for one in read.subject_ids], read.post_id) == ([issue["id"]], street.post_id)


async def test_a_number_is_given_at_signing_and_stays(public: Desk, sit: Sit) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    first, second = await raised(public), await raised(public, town.IN_G2)
    paper = await signed(secretary, of(first, "supervision_order"))
    assert paper["number"] == "乌龙街道督办〔2026〕1号"
    assert await signed(secretary, of(first, "supervision_order"), 200) == paper
    assert (await signed(secretary, of(second, "supervision_order")))["number"] == "乌龙街道督办〔2026〕2号"
    assert (await signed(secretary, of(second, "archive")))["number"] == "乌龙街道档案〔2026〕1号"
    text = await printed(secretary, of(first, "supervision_order"))
    assert "乌龙街道督办〔2026〕1号" in text
    assert "未编号" not in text
    assert "2026年11月20日" in text


@pytest.mark.usefixtures("long_sessions")
async def test_each_organ_and_each_year_counts_for_itself(public: Desk, sit: Sit, clock: FixedClock) -> None:
    secretary, district = await sit(Role.STREET_SECRETARY, town.WEST), await sit(Role.DISTRICT_SUPERVISOR, HERE)
    issue, other = await raised(public), await raised(public, town.IN_G2)
    await signed(secretary, of(issue, "supervision_order"))
    assert (await signed(district, of(issue, "supervision_order")))["number"] == "呈贡区督办〔2026〕1号"
    clock.advance(days=41)  # 31 December, late in the evening in UTC: the new year has begun in the country
    clock.advance(hours=15, minutes=30)
    assert (await signed(secretary, of(other, "supervision_order")))["number"] == "乌龙街道督办〔2027〕1号"


async def test_many_signings_at_once_leave_no_gap(public: Desk, sit: Sit, runtime: Runtime) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    issues = [await raised(public) for _ in range(8)]
    paths = [of(issue, "archive") for issue in issues] * 2
    answers = await asyncio.gather(*(secretary.post(f"{path}/sign") for path in paths))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}  # 409: the other one is at it
    for issue in issues:
        ok(await secretary.post(f"{of(issue, 'archive')}/sign"), 200)
    async with system_work(runtime, HERE) as work:
        places = sorted(await work.session.scalars(select(SignedPaper.place)))
        last = await work.session.scalar(select(PaperCount.last))
    assert places == list(range(1, 9))
    assert last == 8


async def test_a_signing_that_fails_gives_its_number_back(
    public: Desk, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    first, second = await raised(public), await raised(public)

    async def fail(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(signing, "line_of", fail)
        assert (await secretary.post(f"{of(first, 'archive')}/sign")).status_code == 500
    assert (await signed(secretary, of(second, "archive")))["number"].endswith("〕1号")


async def test_another_organs_paper_is_not_signed(public: Desk, sit: Sit) -> None:
    issue, _ = await dispatched(public, await sit(Role.STREET_DISPATCHER, town.WEST))
    wanted = {
        (Role.STREET_DISPATCHER, town.WEST): (403, 201),  # supervision is the secretary's to sign
        (Role.COMMUNITY_SECRETARY, town.C1): (403, 403),
        (Role.DEPARTMENT_HEAD, "chengguan"): (403, 403),
        (Role.STREET_SECRETARY, town.WEST): (201, 200),
        (Role.DISTRICT_SUPERVISOR, HERE): (201, 403),
        (Role.GRID_WORKER, town.G1): (403, 403),
        (Role.STREET_DISPATCHER, town.EAST): (404, 404),
        (Role.AUDITOR, HERE): (403, 403),
    }
    found = {}
    for seat in wanted:
        desk = await sit(*seat)
        answers = [await desk.post(f"{of(issue, kind)}/sign") for kind in ISSUE_PAPERS]
        found[seat] = (answers[0].status_code, answers[1].status_code)
    assert found == wanted


async def test_the_list_says_which_are_signed_and_who_may_sign(public: Desk, sit: Sit) -> None:
    secretary, worker = await sit(Role.STREET_SECRETARY, town.WEST), await sit(Role.GRID_WORKER, town.G1)
    issue = await raised(public)
    before = (await secretary.get(f"/issues/{issue['id']}/papers")).json()
    assert [(one["kind"], one["number"], one["may_sign"]) for one in before] == [
        ("supervision_order", None, True), ("archive", None, True),
    ]  # fmt: skip
    assert (await secretary.get(before[0]["href"].removeprefix("/api/v1"))).status_code == 200
    await signed(secretary, of(issue, "archive"))
    after = (await worker.get(f"/issues/{issue['id']}/papers")).json()
    assert [(one["number"] is not None, one["may_sign"]) for one in after] == [(False, False), (True, False)]


@pytest.fixture
async def seats(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def test_the_whistle_paper_names_each_unit_and_its_limits(seats: Town) -> None:
    whistle = await blow(seats.street)
    text = await printed(seats.lead, f"/whistles/{whistle['id']}/papers/whistle")
    for word in (
        whistle["number"],
        "区城市管理局",
        "区水务局",
        "主办",
        "协办",
        "社区两次协调建设单位",
        "签收时限",
    ):
        assert word in text, word


async def test_the_countersign_sheet_lies_across_with_a_line_for_each_unit(seats: Town) -> None:
    whistle = await blow(seats.street)
    await arrive(seats.lead, report_in_of(whistle, "chengguan")["id"])
    path = f"/whistles/{whistle['id']}/papers/countersign"
    answer = await seats.street.get(f"{path}.pdf")
    page = PdfReader(io.BytesIO(answer.content)).pages[0]
    assert float(page.mediabox[2]) > float(page.mediabox[3])
    text = await printed(seats.street, path)
    for word in ("区城市管理局", "区水务局", "签字", "会签意见", "李工", "限11月20日(周五)"):
        assert word in text, word
    assert (await signed(seats.street, path))["number"] == "乌龙街道会签〔2026〕1号"
    assert (await seats.lead.post(f"{path}/sign")).json()["code"] == "not_signer"


async def test_the_receipt_is_the_units_own(seats: Town, clock: FixedClock) -> None:
    whistle = await blow(seats.street)
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(await move(seats.lead, report_in, "sign"))
    clock.advance(minutes=20)
    ok(await move(seats.lead, report_in, "report_in", name="李工", mode="on_site",
                  at=(clock.now() - timedelta(minutes=10)).isoformat()))  # fmt: skip
    path = f"/report-ins/{report_in}/papers/receipt"
    text = await printed(seats.lead, path)
    for word in (whistle["number"], "区城市管理局(主办)", "李工到场2026年11月20日09:10", "按时"):
        assert word in text, word
    assert (await signed(seats.lead, path))["number"] == "区城市管理局报到〔2026〕1号"
    assert (await seats.street.post(f"{path}/sign")).status_code == 403
    assert (await seats.east.get(f"{path}.pdf")).status_code == 404
