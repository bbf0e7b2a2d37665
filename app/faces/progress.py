"""What happened to a report, in plain words with unit names (R5): over the issue, its orders and whistles.

Only acts a resident can make sense of are told. No names of staff, no inner words; passing on is told as going on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.audit import Trail
from app.core.work import Work
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import ORDER
from app.faces.schemas import ProgressOut
from app.grid.models import Area
from app.issues import queries
from app.issues.following import main_of, own_report
from app.issues.models import Issue
from app.issues.telling import day_en, day_zh
from app.issues.workflow import ISSUE
from app.people.models import Post, Role, Unit
from app.whistles.models import ReportIn, Whistle, WhistleIssue
from app.whistles.workflow import REPORT_IN, WHISTLE

Pair = tuple[str, str]
OF_ISSUE: Mapping[str, Pair] = {
    "raise": ("收到您的反映", "Your report arrived"),
    "screen": ("正在核实这条反映", "The report is being checked"),
    "admit": ("核实完成,开始安排办理", "Checked; it goes on"),
    "locate": ("已确定地点", "The place was found"),
    "assign": ("已交给{who}", "Given to {who_en}"),
    "accept": ("{who}已签收,开始办理", "{who_en} has taken it on"),
    "contact": ("已与您联系或到现场看过", "You were contacted, or the place was looked at"),
    "unit_contact": ("承办单位已与您联系或到现场看过", "The unit contacted you or looked at the place"),
    "relay_contact": ("街道已与您联系,没有透露您的身份", "The street contacted you; your name was not passed on"),
    "request_info": ("请您补充情况", "You were asked for more"),
    "give_info": ("您已补充情况", "You added something"),
    "go_on": ("继续办理,改为现场核实", "It goes on with a look at the place"),
    "hand_up": ("需要上一级协调,已交给{who},继续办理", "It needs the level above; {who_en} goes on with it"),
    "take_over": ("改由上一级直接办理", "The level above handles it directly now"),
    "dispatch": ("街道已请{unit}办理", "The street has asked {unit_en} to handle it"),
    "pass_on": ("改由{unit}办理,事情没有停", "{unit_en} handles it now; work goes on"),
    "recall": ("街道收回,正在另行安排,事情没有停", "The street took it back to arrange it anew; work goes on"),
    "whistle": ("街道已吹哨,召集有关部门一起办", "The street has called the departments together"),
    "whistle_over": ("部门联合办理告一段落,街道继续跟进", "The joint work has paused; the street goes on with it"),
    "return_for_check": ("办理完成,街道正在现场核查", "Done; the street is checking on site"),
    "verify": ("街道现场核查通过", "The street checked it on site"),
    "return_for_rework": ("现场核查没有通过,要求重新办理", "The check on site failed; it has to be done again"),
    "answer": ("已答复您", "You were answered"),
    "return_answer": ("承办单位已答复您", "The unit has answered you"),
    "whistle_answer": ("部门办完,街道核查后已答复您", "Done by the departments, checked, and answered"),
    "extend": ("需要更多时间,新的期限是{until}", "More time is needed; the new date is {until_en}"),
    "hold_open": ("现在还办不了,{review}再办", "It cannot be done now; it will be taken up on {review}"),
    "resume": ("重新开始办理", "Taken up again"),
    "transfer": ("已转给有权办理的单位,我们跟到对方接收为止", "Passed to who may decide; we follow it"),
    "confirm_transfer": ("对方已接收", "The other side has taken it"),
    "receive_back": ("对方没有接收,由我们继续办理", "The other side did not take it; we go on"),
    "submit": ("办理结果已报上级审核", "The result went to the office above"),
    "upstream_close": ("上级审核通过", "The office above agreed"),
    "upstream_return": ("上级要求继续办理", "The office above asks for more"),
    "not_accept": ("不能受理,理由见答复。您可以申请复核", "It cannot be taken on; the reply says why"),
    "request_review": ("您申请了复核", "You asked for a review"),
    "uphold": ("复核完成,维持原决定", "Reviewed; the decision stands"),
    "overturn": ("复核后决定受理,重新办理", "Reviewed; it is taken on after all"),
    "rate": ("您作了评价", "You said what you think of it"),
    "rework": ("有人说还没解决,重新办理", "Somebody said it is not solved; it is done again"),
    "reopen": ("重新反映,继续办理", "Reported again; it goes on"),
    "ask_again": ("再次请您确认是否解决", "You are asked again whether it held"),
    "close": ("已办结", "Closed"),
    "approve_close": ("已办结,说明见答复", "Closed; see the reply"),
    "fix_on_spot": ("发现后当场解决", "Found and fixed at once"),
    "merge": ("与同一件事的反映一起办理,您的编号仍有效", "Handled with others of the same; your number is valid"),
    "unmerge": ("改为单独办理", "Handled on its own again"),
    "withdraw": ("您已撤回", "You withdrew it"),
    "turn_to": ("已列入后续安排,结果会告诉您", "Taken into later plans; you will hear of the result"),
}  # fmt: skip
OF_ORDER: Mapping[str, Pair] = {
    "sign": ("{unit}已签收", "{unit_en} has signed for it"),
    "deem_sign": (
        "{unit}逾时未签收,视为已收到,时限照算",
        "{unit_en} did not sign in time; its clock runs all the same",
    ),
    "stage_report": ("{unit}报告了进展", "{unit_en} reported progress"),
    "object": (
        "{unit}提出不归它管,裁定前仍由它先办",
        "{unit_en} says it is not theirs; they go on until it is decided",
    ),
    "designate": ("上级已指定由{unit}办理", "The office above named {unit_en}"),
    "finish": ("{unit}已办理完成", "{unit_en} has finished"),
    "release_answer": ("{unit}已办理完成", "{unit_en} has finished"),
}
OF_REPORT_IN: Mapping[str, Pair] = {
    "notify": ("已通知{unit}", "{unit_en} was called"),
    "sign": ("{unit}已签收", "{unit_en} has signed for it"),
    "deem_sign": (
        "{unit}逾时未签收,视为已收到,时限照算",
        "{unit_en} did not sign in time; its clock runs all the same",
    ),
    "report_in": ("{unit}已到现场", "{unit_en} came to the place"),
    "start": ("{unit}开始办理", "{unit_en} has begun"),
    "stage_report": ("{unit}报告了进展", "{unit_en} reported progress"),
    "refuse": (
        "{unit}提出异议,等区里裁定,其他单位照常办理",
        "{unit_en} objects; the district decides, the others go on",
    ),
    "bind": ("区里已裁定由{unit}办理", "The district decided that {unit_en} handles it"),
    "finish": ("{unit}已完成", "{unit_en} has finished"),
}
OF_WHISTLE: Mapping[str, Pair] = {
    "hold_survey": ("有关部门一起看了现场", "The departments looked at the place together"),
    "raise_to_district": ("已提到区里协调,继续办理", "The district coordinates it now; work goes on"),
    "return_for_rework": ("街道核查没有通过,要求重新办理", "The street's check failed; it has to be done again"),
}
TOLD: Mapping[str, Mapping[str, Pair]] = {
    ISSUE.kind: OF_ISSUE, ORDER.kind: OF_ORDER, WHISTLE.kind: OF_WHISTLE, REPORT_IN.kind: OF_REPORT_IN,
}  # fmt: skip
CAUSES = tuple(TOLD)  # of one moment the matter comes first, then what was set going for it


@dataclass(frozen=True)
class Names:
    """What ids on a trail are called: units by id, offices and roles by post."""

    units: Mapping[UUID, str]
    posts: Mapping[UUID, Pair]


async def told(work: Work) -> list[ProgressOut]:
    """The reporter's own matter, or the one it was merged into, act by act."""
    own = await queries.get_issue(work, own_report(work))
    issue = await main_of(work, own)
    subjects = {issue.id: None, own.id: None, **await _called(work, issue)}
    acts = select(Trail).where(Trail.subject_id.in_(subjects))
    rows = [row for row in await work.session.scalars(acts) if row.step in TOLD.get(row.subject_kind, {})]
    rows.sort(key=lambda row: (row.at, CAUSES.index(row.subject_kind), row.subject_id, row.seq))
    if issue is not own:
        rows = [row for row in rows if row.subject_id != issue.id or row.step not in ("raise", "merge", "rate")]
    names = await _names(work, rows, {unit for unit in subjects.values() if unit})
    return list(_without_echo(_tell(row, subjects[row.subject_id], names) for row in rows))


async def _called(work: Work, issue: Issue) -> dict[UUID, UUID | None]:
    """Orders, whistles and report-ins of the matter, with the unit each is of. The link shows the matter; what was
    set going for it is read through it.
    """
    whistles = select(WhistleIssue.whistle_id).where(WhistleIssue.issue_id == issue.id)
    found: dict[UUID, UUID | None] = {}
    for query in (
        select(WorkOrder.id, WorkOrder.unit_id).where(WorkOrder.issue_id == issue.id),
        select(ReportIn.id, ReportIn.unit_id).where(ReportIn.whistle_id.in_(whistles)),
    ):
        found |= {row[0]: row[1] for row in await work.session.execute(query.execution_options(unscoped=True))}
    opened = select(Whistle.id).where(Whistle.id.in_(whistles)).execution_options(unscoped=True)
    return found | dict.fromkeys(await work.session.scalars(opened))


async def _names(work: Work, rows: list[Trail], units: set[UUID]) -> Names:
    units |= {UUID(row.detail["unit"]) for row in rows if row.detail.get("unit")}
    posts = {UUID(row.detail["holder"]) for row in rows if row.detail.get("holder")}
    posts |= {row.post_id for row in rows if row.step == "accept" and row.post_id}
    named = await work.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(units)))
    over = (
        select(Post.id, Post.role, Area.name, Unit.name)
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(Post.id.in_(posts))
    )
    found = {row[0]: _who(row[1], row[2] or row[3] or "") for row in await work.session.execute(over)}
    return Names({row[0]: row[1] for row in named}, found)


def _who(role: str, place: str) -> Pair:
    """A post as a neighbour would call it: the worker of a grid, else the office."""
    if role in (Role.GRID_WORKER, Role.GRID_LEADER):
        zh, en = ("网格员", "the grid worker") if role == Role.GRID_WORKER else ("网格长", "the grid leader")
        return f"{place}{zh}", f"{en} of {place}"
    if role == Role.BUILDING_LEADER:
        return f"{place}楼栋长", f"the building leader of {place}"
    return (place, place) if place else ("承办人", "the handler")


def _tell(row: Trail, unit_id: UUID | None, names: Names) -> ProgressOut:
    zh, en = TOLD[row.subject_kind][row.step]
    unit = names.units.get(UUID(row.detail["unit"]) if row.detail.get("unit") else unit_id or row.subject_id)
    post = row.detail.get("holder") or (str(row.post_id) if row.post_id else None)
    who = names.posts.get(UUID(post), ("承办人", "the handler")) if post else ("承办人", "the handler")
    until = row.detail.get("until")
    said = {
        "unit": unit or "有关单位", "unit_en": unit or "a unit", "who": who[0], "who_en": who[1],
        "until": day_zh(datetime.fromisoformat(until)) if until else "",
        "until_en": day_en(datetime.fromisoformat(until)) if until else "",
        "review": row.detail.get("review_on", ""),
    }  # fmt: skip
    told_en = en.format(**said)
    return ProgressOut(at=row.at, zh=zh.format(**said), en=told_en[:1].upper() + told_en[1:])


def _without_echo(lines: Iterator[ProgressOut]) -> Iterator[ProgressOut]:
    """Two rows of the trail may tell one thing: it is said once."""
    last = ""
    for line in lines:
        if line.zh != last:
            yield line
        last = line.zh
