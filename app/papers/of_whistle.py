"""吹哨单, 会签表 and 报到回执: papers about a whistle and about one unit's report-in."""

from collections.abc import Sequence
from typing import Any

from app.core.work import Work
from app.papers import words
from app.papers.kinds import PaperKind
from app.papers.signing import Drawn, organ_of
from app.people.privacy import note_read
from app.printing.days import due, minute, short
from app.whistles.models import ReportIn, Whistle
from app.whistles.queries import get_one, in_full, report_in_full
from app.whistles.schemas import LinkOut, ReportInOut, WhistleOut
from app.whistles.words import REPORT_IN_STEPS, STATE_WORDS

READ = frozenset({"text"})
SPARE_ROWS = 2  # for whoever is called after the sheet was printed


async def of_whistle(work: Work, whistle: Whistle, kind: PaperKind) -> Drawn:
    """The call itself, or the sheet each unit signs."""
    whole = await in_full(work, whistle)
    organ = await organ_of(work, whistle.street_unit_id)
    said = _call(whole) if kind == PaperKind.WHISTLE else _countersign(whole)
    await note_read(work, f"paper.{kind}", "whistle", [whistle.id], READ, f"print {kind}")
    return Drawn(kind, whistle.id, organ, said)


async def of_report_in(work: Work, report_in: ReportIn) -> Drawn:
    """What one unit did of what it was called for, link by link."""
    whole = await report_in_full(work, report_in)
    whistle = await get_one(work, Whistle, report_in.whistle_id)
    organ = await organ_of(work, report_in.unit_id)
    names = ["环节", "时限", "完成时间", "结果"]
    rows = [[words.LINKS[link.link], due(link.due_at), minute(link.done_at) or words.NONE,
             words.RESULTS.get(link.result or "", "办理中")] for link in whole.links]  # fmt: skip
    told = [f"{REPORT_IN_STEPS[one.step][0]}({minute(one.at)}):{one.text}" for one in whole.words
            if one.step in REPORT_IN_STEPS]  # fmt: skip
    await note_read(work, "paper.receipt", "whistle", [whistle.id], READ, "print receipt")
    facts = [
        ["吹哨编号", whistle.number],
        ["事项", whistle.title],
        ["报到单位", f"{whole.unit.name}({words.ROLES[whole.role]})"],
        ["通知时间", minute(whole.notified_at)],
        ["到场人员", _arrival(whole, report_in) or words.NONE],
        ["当前状态", STATE_WORDS[whole.state][0]],
    ]
    parts: list[dict[str, Any]] = [
        {"title": "一、报到环节", "columns": names, "widths": [3, 7, 6, 3], "rows": rows},
        {"title": "二、办理情况", "lines": told or ["无。"]},
    ]
    return Drawn(PaperKind.RECEIPT, report_in.id, organ, {"facts": facts, "parts": parts})


def _arrival(whole: ReportInOut, report_in: ReportIn) -> str:
    if report_in.reported_at is None:
        return ""
    how = words.MODES.get(whole.arrived_mode or "", "")
    return " ".join(part for part in (whole.arrived_name or "", how, minute(report_in.reported_at)) if part)


def _names(parties: Sequence[ReportInOut], role: str) -> str:
    return "、".join(one.unit.name for one in parties if one.role == role) or words.NONE


def _facts(whistle: WhistleOut) -> list[list[str]]:
    meeting = " ".join(part for part in (minute(whistle.meeting_at), whistle.meeting_place or "") if part)
    return [
        ["吹哨编号", whistle.number],
        ["事项", whistle.title],
        ["哨种", whistle.kind_name],
        ["吹哨时间", minute(whistle.blown_at or whistle.opened_at)],
        ["地点", whistle.place_text or words.NONE],
        ["主办单位", _names(whistle.report_ins, "lead")],
        ["协办单位", _names(whistle.report_ins, "assist")],
        ["集合时间地点", meeting or words.NONE],
    ]


def _call(whistle: WhistleOut) -> dict[str, Any]:
    rows = [
        [one.unit.name, words.ROLES[one.role], *(_limit(one, link) for link in words.LINKS)]
        for one in _in_order(whistle)
    ]
    parts: list[dict[str, Any]] = [
        {"title": "一、事项说明", "lines": whistle.text.splitlines()},
        {"title": "二、街道已采取的措施", "lines": whistle.tried.splitlines()},
        {"title": "三、依据", "lines": [whistle.legal_basis or "按街道吹哨、部门报到工作规则办理。"]},
    ]
    if rows:
        columns = ["单位", "分工", *(f"{name}时限" for name in words.LINKS.values())]
        parts.append({"title": "四、报到要求", "columns": columns, "widths": [5, 3, 5, 5, 5, 5], "rows": rows})
    return {"facts": _facts(whistle), "parts": parts}


def _in_order(whistle: WhistleOut) -> list[ReportInOut]:
    """The lead first."""
    return sorted(whistle.report_ins, key=lambda one: (one.role != "lead", one.unit.code))


def _link(one: ReportInOut, link: str) -> LinkOut | None:
    return next((found for found in one.links if found.link == link), None)


def _limit(one: ReportInOut, link: str) -> str:
    found = _link(one, link)
    return short(found.due_at, weekday=True) if found else words.NONE


def _cell(one: ReportInOut, link: str) -> str:
    """When it was done, with a word when that was late; else by when it is due."""
    found = _link(one, link)
    if found is None:
        return words.NONE
    if found.done_at is None:
        return f"限{short(found.due_at, weekday=True)}"
    late = "(超时)" if found.result == "late" else ""
    return short(found.done_at) + late


def _countersign(whistle: WhistleOut) -> dict[str, Any]:
    rows = [
        [f"{one.unit.name}\n({words.ROLES[one.role]})", _cell(one, "signed"), _cell(one, "contacted"),
         "\n".join(part for part in (_cell(one, "reported_in"), one.arrived_name or "") if part),
         STATE_WORDS[one.state][0], "", "", ""]
        for one in _in_order(whistle)
    ]  # fmt: skip
    rows += [[""] * 8 for _ in range(SPARE_ROWS)]
    facts = [row for row in _facts(whistle) if row[0] not in ("主办单位", "协办单位")]
    columns = ["单位", "签收", "首次联系", "报到(时间、人员)", "办理", "会签意见", "签字", "日期"]
    return {"facts": facts, "columns": columns, "widths": [5, 4, 4, 5, 3, 6, 4, 3], "rows": rows}
