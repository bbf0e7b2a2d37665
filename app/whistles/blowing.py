"""How a whistle begins: asked for by a community, confirmed or declined by the street, or blown at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import func, or_, select

from app.clocks import waits
from app.clocks.house import House, house_of
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.audit import Act
from app.core.clock import office_day
from app.core.crypto import digest
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.fields import clean_text
from app.core.geometry import to_wgs84
from app.core.ids import issue_number
from app.core.work import Work
from app.core.workflow import lock, refusal
from app.grid.locate import ewkb_point
from app.grid.models import Area, AreaCode, AreaLevel
from app.issues import handing
from app.issues.models import Issue
from app.issues.step_schemas import ReasonStep
from app.issues.workflow import COMMUNITY, DISTRICT, ISSUE
from app.people.models import Role, Unit
from app.whistles import events
from app.whistles.behind import lock_issues
from app.whistles.calling import Party, call, parties_named, parties_wanted
from app.whistles.kinds import Source, WhistleState
from app.whistles.models import GROUND, Whistle, WhistleIssue, WhistleKind
from app.whistles.step_schemas import ConfirmInput, CreateWhistle
from app.whistles.taking import Told, begun, lock_whistle, take

DIGITS = 5
SECOND_WORD = frozenset({Role.STREET_SECRETARY, *DISTRICT})  # whose own whistle needs no ratifying


class TriedMissing(Invalid):
    """What the street has already tried is the first thing a department asks (R2.2)."""

    code = "tried_missing"
    zh = "请写明街道或社区已做了哪些工作、为何未能解决。"
    en = "Say what the street or the community has done already and why that was not enough."


class UnknownKind(Invalid):
    """No kind of that code is in force."""

    code = "unknown_whistle_kind"
    zh = "没有这种哨:{kind}。"
    en = "There is no kind of whistle {kind}."


class MayNotBlow(Forbidden):
    """The kind names who may blow it (R2.1)."""

    code = "may_not_blow"
    zh = "当前岗位不能吹“{kind}”,请由有权的岗位吹哨或确认。"
    en = "The active post may not blow the {kind} whistle; a post that may has to."


class PartiesMissing(Invalid):
    """A whistle calls somebody."""

    code = "parties_missing"
    zh = "请至少列出一个报到单位。"
    en = "Name at least one unit to call."


class IssuesMissing(Invalid):
    """It is said to come from issues, and names none."""

    code = "issues_missing"
    zh = "来源为诉求时,请关联至少一件诉求。"
    en = "A whistle that comes from issues names at least one."


class ListCodeMissing(Invalid):
    """It is said to come from a list, and names no item of it."""

    code = "list_code_missing"
    zh = "来源为负面清单时,请填写清单事项编码。"
    en = "A whistle from the negative list names the item's code."


class NotOwnGround(Invalid):
    """A street whistles for its own ground."""

    code = "not_own_ground"
    zh = "请选择本街道(社区)范围内的区域;关联的诉求须属于同一街道。"
    en = "Choose an area of the own street or community; the issues have to lie in one street."


class IssueOver(Conflict):
    """An issue that has ended needs no whistle."""

    code = "issue_over"
    zh = "诉求 {number} 已结束,不能再吹哨。"
    en = "Issue {number} has ended; nothing is left to whistle for."


@dataclass(frozen=True)
class Ground:
    """The area, and the levels above it that scope and queues use."""

    area_id: UUID
    street_id: UUID
    community_id: UUID | None
    street_unit_id: UUID


async def kind_coded(work: Work, code: str) -> WhistleKind:
    """The kind in force under that code."""
    now = work.clock.now()
    in_force = (WhistleKind.valid_from <= now, or_(WhistleKind.valid_to.is_(None), WhistleKind.valid_to > now))
    query = select(WhistleKind).where(WhistleKind.code == code, *in_force).order_by(WhistleKind.valid_from.desc())
    kind: WhistleKind | None = await work.session.scalar(query.limit(1))
    if kind is None:
        raise UnknownKind("kind", kind=code)
    return kind


async def kind_of(work: Work, whistle: Whistle) -> WhistleKind:
    """The kind a whistle was blown as, with the limits it had then."""
    return (await work.session.scalars(select(WhistleKind).where(WhistleKind.id == whistle.kind_id))).one()


def may_blow(work: Work, kind: WhistleKind) -> None:
    """The roles the kind names, and of these only the secretary or the district where it says so (R2.1)."""
    named = work.actor.role in kind.roles
    if not named or (kind.needs_secretary and work.actor.role not in SECOND_WORD):
        raise MayNotBlow("kind", kind=kind.name)


async def create(work: Work, form: CreateWhistle) -> UUID:
    """Blow a whistle, or ask for one from a community; returns its id."""
    kind = await kind_coded(work, form.kind)
    asked = work.actor.role in COMMUNITY and work.actor.role not in kind.roles
    if not asked:
        may_blow(work, kind)
    tried = _checked(form)
    issues = [await lock(work, Issue, issue_id) for issue_id in sorted(set(form.issues))]
    ground = await _ground(work, form, issues)
    parties = await parties_named(work, form.parties)
    if not asked and not parties:
        raise PartiesMissing("parties")
    row = {**_row(work, form, kind, ground), "tried": tried, "wanted": [party.plain() for party in parties]}
    whistle = await _store(work, row, issues, asked=asked)
    house = await house_of(work)
    if asked:
        await waits.start(work, [confirm_clock(work, house, whistle, kind)])
    else:
        await _blown(work, house, whistle, kind, parties, issues)
    return whistle.id


def confirm_clock(work: Work, house: House, whistle: Whistle, kind: WhistleKind) -> dict[str, Any]:
    """The street's time to confirm: in office hours, but of an emergency what units have to sign (CASES 2.4)."""
    limit = kind.limit("sign") if kind.at_once else None
    mine = ("whistle", whistle.id)
    return wait_row(work, house, mine, "whistle_confirm", limit=limit, unit_id=whistle.street_unit_id)


def _checked(form: CreateWhistle) -> str:
    try:
        tried = clean_text(form.tried or "")
    except ValueError:
        raise TriedMissing("tried") from None
    if form.source == Source.ISSUES and not form.issues:
        raise IssuesMissing("issues")
    if form.source == Source.NEGATIVE_LIST and form.list_code is None:
        raise ListCodeMissing("list_code")
    return tried


async def _ground(work: Work, form: CreateWhistle, issues: Sequence[Issue]) -> Ground:
    """The area named, else the ground of the issues, else the caller's own; always inside the caller's own."""
    own = [area_id for column in GROUND for area_id in work.scope.areas.get(column, ())]
    chosen = Area.id == await _area_chosen(form, issues, own, work)
    path = (await work.session.scalar(select(Area.path).where(chosen))) or []
    streets = {issue.street_id for issue in issues}
    levels = select(Area.id, Area.level).where(Area.id.in_(path))
    by_level = {row.level: row.id for row in await work.session.execute(levels)}
    street = by_level.get(AreaLevel.STREET)
    inside = work.scope.everything or any(area_id in path for area_id in own)
    if street is None or not inside or not streets <= {street}:
        raise NotOwnGround("area_code")
    unit = await work.session.scalar(select(Unit.id).where(Unit.area_id == street, Unit.dissolved_at.is_(None)))
    if unit is None:
        raise NotOwnGround("area_code")
    return Ground(path[-1], street, by_level.get(AreaLevel.COMMUNITY), unit)


async def _area_chosen(
    form: CreateWhistle, issues: Sequence[Issue], own: Sequence[UUID], work: Work
) -> UUID | None:
    if form.area_code is not None:
        coded = select(AreaCode.area_id).where(AreaCode.code == form.area_code)
        found: UUID | None = await work.session.scalar(coded)
        return found
    communities = {issue.community_id for issue in issues}
    if len(communities) == 1 and (community := communities.pop()) is not None:
        return community
    if issues:
        return issues[0].street_id
    return own[0] if own else None


def _row(work: Work, form: CreateWhistle, kind: WhistleKind, ground: Ground) -> dict[str, Any]:
    blank = dict.fromkeys(column.name for column in Whistle.__table__.columns)
    said = form.model_dump(
        include={"title", "text", "legal_basis", "list_code", "place_text", "meeting_at", "meeting_place"}
    )
    point = None
    if form.point is not None:
        form.point.check()
        lon, lat = to_wgs84(form.point.lon, form.point.lat, form.point.crs)
        point = WKBElement(ewkb_point(lon, lat), extended=True)
    fixed = {
        "id": work.new_id(), "kind_id": kind.id, "salt": work.ids.salt(), "source": str(form.source),
        "point": point, "holds": 0, "opened_at": work.clock.now(),
    }  # fmt: skip
    return blank | said | vars(ground) | fixed


async def _store(work: Work, row: dict[str, Any], issues: Sequence[Issue], *, asked: bool) -> Whistle:
    """The row with its first act and what it is about."""
    step, state = ("request", WhistleState.REQUESTED) if asked else ("blow", WhistleState.BLOWN)
    event = events.WhistleRequested if asked else events.WhistleBlown
    words = {name: digest(row["salt"], row[name]) for name in ("title", "text", "tried")}
    said = {**words, "kind": str(row["kind_id"]), "issues": [str(issue.id) for issue in issues]}
    ground = {"street_id": row["street_id"], "community_id": row["community_id"]}
    head, beside = begun(work, "whistle", row["id"], Act(step, None, state, said), event, **ground)
    by = {"requested_by": work.actor.account_id, "requested_unit_id": next(iter(work.actor.units), None)}
    by = by if asked else {"blown_by": work.actor.account_id, "blown_at": row["opened_at"]}
    await work.put(Whistle, [row | head | by | {"number": await _number(work)}])
    links = [
        {"whistle_id": row["id"], "issue_id": issue.id, "respondent_unit_id": issue.respondent_unit_id}
        for issue in issues
    ]
    await work.append({**beside, WhistleIssue: links})
    return await lock_whistle(work, row["id"])


async def _number(work: Work) -> str:
    """A number nobody has: the day, digits not in order, a check digit."""
    today = office_day(work.clock.now())
    while True:
        number = f"W{issue_number(today, work.ids.digits(DIGITS))}"
        query = select(func.count()).select_from(Whistle).where(Whistle.number == number)
        if not await work.session.scalar(query):
            return number  # a number taken out of sight, or just now, ends in 409 and is asked for anew


async def _blown(
    work: Work, house: House, whistle: Whistle, kind: WhistleKind, parties: Sequence[Party],
    issues: Sequence[Issue],
) -> None:  # fmt: skip
    """What follows from blowing: the issues are whistled, the units are called, the secretary is waited for."""
    await _whistle_for(work, whistle, issues)
    await call(work, house, whistle, kind, parties, issues)
    await to_ratify(work, house, whistle, kind)


async def to_ratify(work: Work, house: House, whistle: Whistle, kind: WhistleKind) -> None:
    """The secretary's word is waited for where the kind wants it and it was not the secretary who acted."""
    await waits.stop(work, whistle.id, "ratify")
    wanted = kind.needs_ratifying and whistle.ratified_at is None
    if wanted and work.actor.role not in SECOND_WORD:
        clock = wait_row(work, house, ("whistle", whistle.id), "ratify", unit_id=whistle.street_unit_id)
        await work.append({Wait: [clock]})


async def _whistle_for(work: Work, whistle: Whistle, issues: Sequence[Issue]) -> None:
    for issue in issues:
        if issue.closed_at is not None:
            raise IssueOver("issues", number=issue.number)
        if (problem := refusal(ISSUE, ISSUE.step("whistle"), work, issue)) is not None:
            raise problem
        await handing.whistled(work, issue, whistle.id)


async def confirm(work: Work, whistle: Whistle, form: ConfirmInput) -> None:
    """The street blows what a community asked for; the district does when the street was silent (CASES 2.3)."""
    kind = await kind_of(work, whistle)
    if whistle.state != WhistleState.RAISED or work.actor.role not in DISTRICT:
        may_blow(work, kind)
    parties = await parties_named(work, form.parties) or await parties_wanted(work, whistle.wanted)
    if not parties:
        raise PartiesMissing("parties")
    issues = [issue for issue in await lock_issues(work, whistle.id) if issue.closed_at is None]
    await waits.stop(work, whistle.id, "whistle_confirm", "raised")
    now = work.clock.now()
    meeting = {name: getattr(form, name) or getattr(whistle, name) for name in ("meeting_at", "meeting_place")}
    await take(work, whistle, "confirm", blown_by=work.actor.account_id, blown_at=now, **meeting)
    await _blown(work, await house_of(work), whistle, kind, parties, issues)


async def decline(work: Work, whistle: Whistle, form: ReasonStep) -> None:
    """Not blown; the community hears why."""
    await waits.stop(work, whistle.id)
    await take(
        work, whistle, "decline", Told(words=form.reason), unit_id=whistle.requested_unit_id,
        closed_at=work.clock.now(),
    )  # fmt: skip
