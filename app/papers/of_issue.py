"""督办单 and 工单档案: papers about one issue, of what their reader may see of it."""

from typing import Any

from sqlalchemy import select

from app.core.work import Work
from app.dispatch import queries as orders
from app.dispatch.words import STATE_WORDS as ORDER_STATES
from app.dispatch.words import STEP_WORDS as ORDER_STEPS
from app.issues.explaining import ROLE_WORDS
from app.issues.models import Issue
from app.issues.queries import in_full
from app.issues.schemas import IssueOut
from app.issues.words import STATE_WORDS, STEP_WORDS, TYPE_WORDS
from app.papers import words
from app.papers.kinds import PaperKind
from app.papers.signing import Drawn, Organ, organ_of
from app.people.capabilities import DISTRICT
from app.people.models import Unit
from app.people.privacy import note_read
from app.printing.days import day, due, minute, short

READ = frozenset({"text", "place", "reporter_masked"})
RECENT = 8


async def drawn(work: Work, issue: Issue, kind: PaperKind) -> Drawn:
    """The paper's contents; that they were read is noted, because a matter's words may name a person."""
    whole = await in_full(work, issue)
    organ = await organ_for(work, issue, kind)
    parts = await (_supervision if kind == PaperKind.SUPERVISION_ORDER else _archive)(work, whole, organ)
    await note_read(work, f"paper.{kind}", "issue", [issue.id], READ, f"print {kind}")
    return Drawn(kind, issue.id, organ, {"facts": await _facts(work, whole), "parts": parts})


async def organ_for(work: Work, issue: Issue, kind: PaperKind) -> Organ:
    """The district's own supervision is the district's paper; any other is the street's where the matter lies."""
    if kind == PaperKind.SUPERVISION_ORDER and work.actor.role in DISTRICT:
        return await organ_of(work, None)
    street = select(Unit.id).where(Unit.area_id == issue.street_id, Unit.dissolved_at.is_(None))
    return await organ_of(work, await work.session.scalar(street))


async def _facts(work: Work, issue: IssueOut) -> list[list[str]]:
    chain = "".join(one.name for one in issue.place.chain[1:]) if issue.place.chain else ""
    lead = await work.session.get(Unit, issue.lead_unit_id) if issue.lead_unit_id else None
    holder = ROLE_WORDS.get(issue.holder.role, (words.NONE, ""))[0] if issue.holder else words.NONE
    said = [
        ["编号", issue.number],
        ["类型", f"{TYPE_WORDS[issue.type][0]}({words.CHANNELS[issue.channel]})"],
        ["反映时间", minute(issue.raised_at)],
        ["地点", " ".join(part for part in (chain, issue.place_text or "") if part) or words.NONE],
        ["反映人", "保密" if issue.edited else issue.reporter or words.NONE],
        ["承办", lead.name if lead else holder],
        ["办理时限", due(issue.due_at)],
        ["当前状态", STATE_WORDS[issue.state][0]],
    ]  # fmt: skip
    if issue.upstream_number:
        said.insert(1, ["来电编号", issue.upstream_number])
    if issue.closed_at:
        said.append(["办结时间", minute(issue.closed_at)])
    return said


async def _supervision(_: Work, issue: IssueOut, organ: Organ) -> list[dict[str, Any]]:
    reasons = [remark.text for remark in issue.remarks if remark.step == "supervise"]
    late = [f"截至印制时已超过办理时限({due(issue.due_at)})。"] if _is_late(issue) else []
    asked = (
        f"请于{due(issue.due_at)}前办结并答复反映人,办结情况报{organ.name}。"
        if not late
        else f"请立即办理,并将办理情况和预计办结时间报{organ.name}。"
    )
    return [
        {"title": "一、反映内容", "lines": issue.text.splitlines()},
        {"title": "二、督办事由", "lines": [*(reasons[-1:] or ["该事项已列入督办。"]), *late]},
        {"title": "三、办理要求", "lines": [asked]},
        {"title": "四、近期办理情况", **_trail(issue, RECENT)},
    ]


def _is_late(issue: IssueOut) -> bool:
    return issue.closed_at is None and any(clock.late and clock.ended_at is None for clock in issue.clocks)


def _trail(issue: IssueOut, most: int | None = None) -> dict[str, Any]:
    rows = [
        [minute(act.at), STEP_WORDS.get(act.step, (act.step, ""))[0], ROLE_WORDS.get(act.role, (act.role, ""))[0],
         STATE_WORDS[act.to_state][0]]
        for act in (issue.trail[-most:] if most else issue.trail)
    ]  # fmt: skip
    return {"columns": ["时间", "步骤", "岗位", "状态"], "widths": [5, 4, 4, 3], "rows": rows}


async def _archive(work: Work, issue: IssueOut, _: Organ) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [{"title": "一、反映内容", "lines": issue.text.splitlines()}]
    parts += [{"title": "二、承办单位", **await _orders(work, issue)}]
    steps = STEP_WORDS | {f"order_{name}": said for name, said in ORDER_STEPS.items()}
    said = [[short(one.at), steps.get(one.step, (one.step, ""))[0], one.text] for one in issue.remarks]
    parts += [{"title": "三、办理说明", **_table(["时间", "步骤", "内容"], [4, 3, 9], said)}]
    rated = [
        [
            minute(one.at),
            words.VERDICTS.get(one.verdict, one.verdict),
            words.SATISFACTION[one.satisfaction] if one.satisfaction else "未评",
        ]
        for one in issue.ratings
    ]
    parts += [{"title": "四、反映人评价", **_table(["时间", "是否解决", "满意度"], [5, 4, 4], rated)}]
    parts += [{"title": "五、办理记录", **_trail(issue)}]
    return [*parts, {"title": "六、办理结果", "lines": [_outcome(issue)]}]


def _outcome(issue: IssueOut) -> str:
    outcome = words.OUTCOMES.get(issue.outcome or "", "尚无结果")
    return f"{outcome}。" + (f"答复时间:{day(issue.answered_at)}。" if issue.answered_at else "")


def _table(columns: list[str], widths: list[int], rows: list[list[str]]) -> dict[str, Any]:
    return {"columns": columns, "widths": widths, "rows": rows} if rows else {"lines": ["无。"]}


async def _orders(work: Work, issue: IssueOut) -> dict[str, Any]:
    found = await orders.of_issue(work, issue.id)
    names = {unit.id: unit.name for unit in await work.session.scalars(
        select(Unit).where(Unit.id.in_({one.unit_id for one in found}))
    )}  # fmt: skip
    rows = [
        [names[one.unit_id], words.ROLES[one.role], ORDER_STATES[one.state][0], short(one.dispatched_at),
         short(one.due_at, weekday=True)]
        for one in found
    ]  # fmt: skip
    return _table(["单位", "分工", "状态", "派单时间", "时限"], [5, 2, 3, 5, 6], rows)
