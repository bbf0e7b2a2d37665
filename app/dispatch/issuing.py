"""Orders are made here: by the desk that dispatches, and by the arbiter who designates another unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clocks.house import House, house_of
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.audit import GENESIS, Act, Trail, chain
from app.core.crypto import digest
from app.core.errors import Conflict, Invalid
from app.core.outbox import Outbox
from app.core.work import Work, by_itself
from app.dispatch import actions, catalogue
from app.dispatch.events import OrderIssued
from app.dispatch.kinds import Level, OrderRole
from app.dispatch.models import CatalogueItem, WorkOrder
from app.dispatch.schemas import DispatchStep
from app.dispatch.workflow import ORDER
from app.grid.models import Area, AreaLevel
from app.issues import handing
from app.issues.actions import involve, receive
from app.issues.intake import UnknownUnit
from app.issues.kinds import PartyRole
from app.issues.models import Category, Issue
from app.issues.workflow import DISTRICT
from app.people.models import Unit, UnitKind

LEAD_CLOCKS = ("order_sign", "order_contact", "order_solve")
ASSIST_CLOCKS = ("order_sign", "assist")


class NamedTwice(Invalid):
    """One unit, two orders for one matter."""

    code = "unit_named_twice"
    zh = "同一单位不能重复派单,主办单位不能同时协办。"
    en = "A unit gets one order for one matter; the lead does not assist itself."


class RespondentMayNotHandle(Invalid):
    """Nobody handles what it is accused of (DOMAIN R1.11)."""

    code = "respondent_may_not_handle"
    zh = "被反映单位不得承办该事项,请派给其他单位。"
    en = "The unit that is complained of may not handle the matter; choose another one."


class CommunityMayNotLead(Invalid):
    """The catalogue keeps the matter away from communities (社区减负)."""

    code = "community_may_not_lead"
    zh = "按派单目录,该事项不得由社区主办,请派给责任单位或由街道牵头。"
    en = "The catalogue keeps this matter away from communities; choose its owner, or let the street lead."


class CatalogueChanged(Conflict):
    """The line the desk looked at is not the one in force for this matter."""

    code = "catalogue_changed"
    zh = "派单目录已更新或类别已调整,请重新查看派单建议。"
    en = "The catalogue or the category has changed; look at the proposal again."


@dataclass(frozen=True)
class Terms:
    """What the orders of one dispatch have in common."""

    house: House
    item: CatalogueItem | None
    verify: bool
    binding: bool = False
    follows_id: UUID | None = None


async def dispatch(work: Work, issue: Issue, form: DispatchStep) -> None:
    """The desk gives the matter to a lead and its assistants, each with an order and clocks of its own."""
    codes = [form.lead_unit, *form.assist_units]
    if len(set(codes)) < len(codes):
        raise NamedTwice("assist_units")
    units = {unit.code: unit for unit in await units_named(work, codes)}
    if form.lead_unit not in units:
        raise UnknownUnit("lead_unit")
    if len(units) < len(codes):
        raise UnknownUnit("assist_units")
    terms = await terms_for(work, issue)
    if form.catalogue_item is not None and (terms.item is None or terms.item.id != form.catalogue_item):
        raise CatalogueChanged("catalogue_item")
    lead, *assistants = (units[code] for code in codes)
    await may_take(work, issue, [lead, *assistants], terms.item)
    await actions.clear(by_itself(work), issue)
    await handing.dispatched(work, issue, form, lead.id, words=form.reason)
    await issue_orders(work, issue, terms, form.reason, lead, assistants)


async def terms_for(work: Work, issue: Issue, *, binding: bool = False, follows_id: UUID | None = None) -> Terms:
    """The catalogue's line and the limits as they are now."""
    item = await catalogue.item_for(work, issue.category)
    flagged = (Category.code == issue.category, Category.version == issue.category_version)
    verify = bool(await work.session.scalar(select(Category.verify).where(*flagged))) or bool(item and item.verify)
    return Terms(await house_of(work, issue), item, verify, binding, follows_id)


async def units_named(work: Work, codes: Sequence[str]) -> Sequence[Unit]:
    """Units that are not dissolved, by code."""
    query = select(Unit).where(Unit.code.in_(codes), Unit.dissolved_at.is_(None))
    return (await work.session.scalars(query)).all()


async def may_take(work: Work, issue: Issue, units: Sequence[Unit], item: CatalogueItem | None) -> None:
    """Refuse a respondent anywhere, and a community as lead (the first) where the catalogue says so."""
    if any(unit.id == issue.respondent_unit_id for unit in units):
        raise RespondentMayNotHandle("lead_unit")
    if item is None or units[0].kind != UnitKind.OFFICE:
        return
    level = await work.session.scalar(select(Area.level).where(Area.id == units[0].area_id))
    if level == AreaLevel.COMMUNITY and (item.not_to_community or item.level != Level.COMMUNITY):
        raise CommunityMayNotLead("lead_unit")


async def issue_orders(
    work: Work, issue: Issue, terms: Terms, reason: str, lead: Unit, assistants: Sequence[Unit] = ()
) -> None:
    """Rows, trails, events and clocks of new orders by one statement; their units are let in on the issue."""
    tables: dict[Any, list[dict[str, Any]]] = {WorkOrder: [], Trail: [], Outbox: [], Wait: []}
    said = {"reason": digest(bytes(issue.salt), reason)}
    parent = await _supervising(work, lead)
    for unit in (lead, *assistants):
        role = OrderRole.LEAD if unit is lead else OrderRole.ASSIST
        clocks = _clocks(work, terms.house, work.new_id(), unit, role)
        row = _order_row(work, issue, terms, unit, role, clocks)
        row["copied_to"] = parent.id if parent and unit is lead else None
        _add(work, tables, row, clocks, said)
        await let_in(work, issue, unit, PartyRole.LEAD if unit is lead else PartyRole.ASSIST, row["id"])
        if parent is not None and unit is lead and (watching := await _office_of(work, parent)) is not None:
            await let_in(work, issue, watching, PartyRole.INFORMED, row["id"])
    await work.append(tables)


async def _office_of(work: Work, area: Area) -> Unit | None:
    """The office of an area that is at work."""
    here = (Unit.area_id == area.id, Unit.dissolved_at.is_(None))
    found: Unit | None = await work.session.scalar(select(Unit).where(*here))
    return found


def _clocks(work: Work, house: House, order_id: UUID, unit: Unit, role: OrderRole) -> list[dict[str, Any]]:
    kinds = LEAD_CLOCKS if role == OrderRole.LEAD else ASSIST_CLOCKS
    return [wait_row(work, house, (ORDER.kind, order_id), kind, unit_id=unit.id) for kind in kinds]


def _order_row(
    work: Work, issue: Issue, terms: Terms, unit: Unit, role: OrderRole, clocks: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    now, lead = work.clock.now(), role == OrderRole.LEAD
    window = terms.house.calendar_of(unit.id).after(now, terms.house.ruled("objection").limit)
    return {
        "id": clocks[0]["subject_id"], "issue_id": issue.id, "unit_id": unit.id, "role": role,
        "state": ORDER.first, "binding": terms.binding, "follows_id": terms.follows_id,
        "catalogue_item_id": terms.item.id if terms.item else None,
        "verify": terms.verify and lead, "needs_release": bool(terms.item and terms.item.needs_release and lead),
        "dispatched_by": work.actor.account_id, "dispatched_post": work.actor.post_id,
        "dispatched_unit_id": next(iter(work.actor.units), None), "dispatched_at": now,
        "object_until": window if lead else None, "due_at": clocks[-1]["due_at"],
    }  # fmt: skip


def _add(
    work: Work, tables: dict[Any, list[dict[str, Any]]], row: dict[str, Any], clocks: list[dict[str, Any]],
    said: dict[str, str],
) -> None:  # fmt: skip
    """An order with the first row of its trail and its first event."""
    detail = said | {"issue": str(row["issue_id"]), "unit": str(row["unit_id"]), "role": str(row["role"])}
    at, act = row["dispatched_at"], Act("issue", None, ORDER.first, detail)
    (first,) = chain(work, ORDER.kind, row["id"], (0, GENESIS), [act], at)
    event = OrderIssued(row["id"], at, row["issue_id"], row["unit_id"], str(row["role"]), row["copied_to"])
    tables[WorkOrder].append(row | {"version": first["seq"], "trail_hash": first["hash"]})
    tables[Trail].append(first)
    tables[Outbox].append(work.outbox_row(event, first["seq"]))
    tables[Wait] += clocks


async def _supervising(work: Work, lead: Unit) -> Area | None:
    """The parent that sees what the district gives directly to a street or community (双派, DOMAIN R1.8)."""
    if work.actor.role not in DISTRICT or lead.area_id is None:
        return None
    own = select(Area.parent_id).where(Area.id == lead.area_id).scalar_subquery()
    parent: Area | None = await work.session.scalar(select(Area).where(Area.id == own))
    return parent


async def let_in(work: Work, issue: Issue, unit: Unit, role: PartyRole, order_id: UUID) -> None:
    """The unit sees the issue by its order; an office off its own ground as that matter's guest (CASES 1a)."""
    await involve(work, issue.id, unit.id, role, through=order_id)
    if unit.area_id is not None and unit.area_id not in (issue.street_id, issue.community_id):
        await receive(work, issue.id, unit.area_id, through=order_id)
