"""Calling units: who they are, whose word binds them, and the report-in with its clocks that each one gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.clocks import waits
from app.clocks.house import House
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.audit import Act
from app.core.db import Base
from app.core.errors import Conflict, Invalid
from app.core.work import Work
from app.issues.actions import involve, receive
from app.issues.intake import UnknownUnit
from app.issues.kinds import PartyRole
from app.issues.models import Issue
from app.people.models import Unit
from app.whistles import events
from app.whistles.kinds import BoundBy, ReportInState, UnitRole
from app.whistles.models import ReportIn, Whistle, WhistleKind, WhistleParty
from app.whistles.step_schemas import PartyInput
from app.whistles.taking import Rows, begun

LINK_CLOCKS = {"ri_sign": "sign", "ri_contact": "contact", "arrive": "report_in", "finish": "finish"}


class UnitTwice(Invalid):
    """A unit is called once."""

    code = "unit_twice"
    zh = "同一单位只能列一次。"
    en = "Name each unit once."


class OneLead(Invalid):
    """Somebody has to answer for the whole, and only one."""

    code = "one_lead"
    zh = "请指定且只指定一个牵头单位(role=lead)。"
    en = "Name exactly one unit as lead (role=lead)."


class CallsItself(Invalid):
    """A street does not whistle for itself."""

    code = "calls_itself"
    zh = "吹哨街道不能把自己列为报到单位。"
    en = "The street that whistles cannot call itself."


class CallsRespondent(Invalid):
    """Who is complained of is not called to handle the complaint (DESIGN 3)."""

    code = "calls_respondent"
    zh = "该单位是被反映方,应当回避,请另选单位。"
    en = "That unit is the one complained of and stands aside; call another one."


class CalledAlready(Conflict):
    """The unit has its report-in."""

    code = "called_already"
    zh = "该单位已在本次吹哨中。"
    en = "That unit was called to this whistle already."


@dataclass(frozen=True)
class Party:
    """A unit to call, and how."""

    unit_id: UUID
    area_id: UUID | None
    role: str
    bound_by: str

    def plain(self) -> dict[str, str]:
        """As it is kept with a request until the street confirms."""
        return {"unit_id": str(self.unit_id), "role": self.role, "bound_by": self.bound_by}


async def unit_coded(work: Work, code: str, field: str = "unit", *, living: bool = True) -> Unit:
    """The unit of that code; `UnknownUnit` when there is none, or (`living`) none any more."""
    query = select(Unit).where(Unit.code == code)
    if living:
        query = query.where(Unit.dissolved_at.is_(None))
    unit: Unit | None = await work.session.scalar(query)
    if unit is None:
        raise UnknownUnit(field)
    return unit


async def parties_named(work: Work, forms: Sequence[PartyInput]) -> list[Party]:
    """The units a form names: each once, and exactly one of them leads."""
    if len({form.unit for form in forms}) < len(forms):
        raise UnitTwice("parties")
    found = [await party_named(work, form, f"parties.{place}.unit") for place, form in enumerate(forms)]
    if found and sum(party.role == UnitRole.LEAD for party in found) != 1:
        raise OneLead("parties")
    return found


async def party_named(work: Work, form: PartyInput, field: str = "unit") -> Party:
    """One unit; what is vertical by its own row is never called the district's own."""
    unit = await unit_coded(work, form.unit, field)
    bound_by = form.bound_by or BoundBy.DISTRICT
    if unit.vertical and bound_by == BoundBy.DISTRICT:
        bound_by = BoundBy.VERTICAL
    return Party(unit.id, unit.area_id, str(form.role), str(bound_by))


async def parties_wanted(work: Work, wanted: Sequence[dict[str, str]]) -> list[Party]:
    """The units a community asked for that are still there; `OneLead` when the one to lead is not."""
    ids = [UUID(one["unit_id"]) for one in wanted]
    asked_for = (Unit.id.in_(ids), Unit.dissolved_at.is_(None))
    rows = await work.session.execute(select(Unit.id, Unit.area_id).where(*asked_for))
    ground = {row.id: row.area_id for row in rows}
    found = [
        Party(unit_id, ground[unit_id], one["role"], one["bound_by"])
        for unit_id, one in zip(ids, wanted, strict=True)
        if unit_id in ground
    ]
    if wanted and not any(party.role == UnitRole.LEAD for party in found):
        raise OneLead("parties")
    return found


async def call(
    work: Work, house: House, whistle: Whistle, kind: WhistleKind, parties: Sequence[Party],
    issues: Sequence[Issue],
) -> None:  # fmt: skip
    """Each unit gets its report-in with its clocks, and sees the whistle and exactly the issues behind it."""
    for party in parties:
        if party.unit_id == whistle.street_unit_id:
            raise CallsItself("parties")
        if any(issue.respondent_unit_id == party.unit_id for issue in issues):
            raise CallsRespondent("parties")
        row, beside = _report_in(work, whistle, party)
        clocks = clocks_of(work, house, row["id"], party.unit_id, kind, LINK_CLOCKS)
        await work.put(ReportIn, [row])
        await work.append({**beside, Wait: clocks})
        await _let_in(work, whistle, party, issues, row["id"])


def _report_in(work: Work, whistle: Whistle, party: Party) -> tuple[dict[str, Any], dict[type[Base], Rows]]:
    report_in_id = work.new_id()
    said = {"whistle": str(whistle.id), "unit": str(party.unit_id), "role": party.role, "bound_by": party.bound_by}
    head, beside = begun(
        work, "report_in", report_in_id, Act("notify", None, ReportInState.NOTIFIED, said), events.UnitNotified,
        whistle_id=whistle.id, street_id=whistle.street_id, unit_id=party.unit_id,
    )  # fmt: skip
    blank = dict.fromkeys(column.name for column in ReportIn.__table__.columns)
    given = {
        "id": report_in_id, "whistle_id": whistle.id, "unit_id": party.unit_id, "role": party.role,
        "bound_by": party.bound_by, "notified_at": work.clock.now(), "deemed": False, "bound": False,
    }  # fmt: skip
    return blank | head | given, beside


def clocks_of(
    work: Work, house: House, report_in_id: UUID, unit_id: UUID, kind: WhistleKind, which: Sequence[str] | Any
) -> list[dict[str, Any]]:
    """The clocks of a report-in by its kind's limits, counted in the unit's own office hours."""
    mine = ("report_in", report_in_id)
    return [
        wait_row(work, house, mine, clock, limit=kind.limit(LINK_CLOCKS[clock]), unit_id=unit_id)
        for clock in which
    ]


async def _let_in(work: Work, whistle: Whistle, party: Party, issues: Sequence[Issue], report_in_id: UUID) -> None:
    now = work.clock.now()
    row = {"whistle_id": whistle.id, "unit_id": party.unit_id, "area_id": party.area_id, "since": now}
    await work.session.execute(insert(WhistleParty).values(row).on_conflict_do_nothing())
    role = PartyRole.LEAD if party.role == UnitRole.LEAD else PartyRole.ASSIST
    for issue in issues:
        await involve(work, issue.id, party.unit_id, role, through=report_in_id)
        if party.area_id is not None and party.area_id not in (issue.street_id, issue.community_id):
            await receive(work, issue.id, party.area_id, through=report_in_id)


async def change_limits(work: Work, house: House, report_ins: Sequence[ReportIn], kind: WhistleKind) -> None:
    """Another kind: what still runs begins again with the new kind's limits, from the time of the notice."""
    for report_in in report_ins:
        running = {wait.kind: wait for wait in await waits.running(work, report_in.id, *LINK_CLOCKS)}
        calendar = house.calendar_of(report_in.unit_id)
        for name, wait in running.items():
            waits.put_off(house, wait, calendar.after(wait.since, kind.limit(LINK_CLOCKS[name])))
    await work.session.flush()
