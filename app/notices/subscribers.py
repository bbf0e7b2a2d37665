"""Events become notices, each once an addressee; what is said again takes the place of what was not yet read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from app.clocks.house import House, house_of
from app.core.audit import Trail
from app.core.outbox import Outbox
from app.core.work import Work
from app.issues.kinds import Urgency
from app.issues.models import Issue
from app.notices.models import Notice
from app.notices.recipients import Addressee, resolve
from app.notices.rules import RULES, Happened, Rule
from app.people.models import DutyShift, Role, Unit
from app.whistles.models import Whistle, WhistleKind


async def notify(work: Work, event: Outbox) -> None:
    """Make the notices the table gives for this event."""
    happened = await _happened(work, event)
    for rule in RULES[event.event]:
        if rule.when(happened) and (found := await resolve(work, happened, rule)):
            await _tell(work, event, rule, happened, found)


async def _happened(work: Work, event: Outbox) -> Happened:
    """The matter as it is now (of an order, its issue), who acted then, and who held it before."""
    issue = await work.session.scalar(select(Issue).where(Issue.id == _whole(event)))
    if issue is None:
        return Happened(event.payload, urgent=await _is_emergency(work, event))
    if issue.id != event.subject_id:
        return Happened(event.payload, issue, urgent=issue.urgency == Urgency.EMERGENCY)
    mine = (Trail.subject_kind == "issue", Trail.subject_id == issue.id, Trail.seq <= event.seq)
    said = select(Trail.seq, Trail.step, Trail.role, Trail.post_id, Trail.detail).where(*mine)
    acts = (await work.session.execute(said.order_by(Trail.seq.desc()))).all()
    by = next((act.role for act in acts if act.seq == event.seq), str(Role.SYSTEM))
    given = (_given_to(act) for act in acts if act.seq < event.seq)
    previous = next((post for post in given if post is not None), None)
    posts = {act.step: act.post_id for act in reversed(acts) if act.post_id is not None}
    urgent = issue.urgency == Urgency.EMERGENCY
    return Happened(event.payload, issue, by, previous, urgent=urgent, posts=posts)


async def _is_emergency(work: Work, event: Outbox) -> bool:
    """Whether it is of a whistle for which units have to come at once."""
    query = select(WhistleKind.at_once).join(Whistle, Whistle.kind_id == WhistleKind.id)
    return bool(await work.session.scalar(query.where(Whistle.id == _whole(event))))


def _whole(event: Outbox) -> UUID:
    """The matter or whistle an event of a part belongs to; else its own subject."""
    return UUID(event.payload.get("issue_id") or event.payload.get("whistle_id") or str(event.subject_id))


def _subject(event: Outbox, rule: Rule) -> UUID:
    """What the notice is about: of what happened to a phone, the post it is for."""
    return UUID(event.payload["post_id"]) if rule.subject == "post" else _whole(event)


def _given_to(act: Any) -> UUID | None:
    """The post an act put the matter into the hands of."""
    if act.step == "take_over":
        post: UUID | None = act.post_id
        return post
    return UUID(act.detail["holder"]) if act.detail.get("holder") else None


async def _tell(work: Work, event: Outbox, rule: Rule, happened: Happened, found: Sequence[Addressee]) -> None:
    part, about = happened.rang[0], _subject(event, rule)
    known = await _known(work, event, about, rule.kind, part, found)
    house = await house_of(work, happened.issue)
    rows = []
    for one in found:
        ring_at = await _ring_at(work, house, happened, one)
        if (old := known.get(one)) is None:
            rows.append(_row(work, event, about, rule, part, one, ring_at))
        elif old.event_id != event.id and old.at <= event.at:
            old.event_id, old.at, old.ring_at, old.times = event.id, event.at, ring_at, old.times + 1
    await work.session.flush()
    await work.put(Notice, rows)


def _row(
    work: Work, event: Outbox, about: UUID, rule: Rule, part: str | None, one: Addressee, ring_at: datetime
) -> dict[str, Any]:
    return {
        "id": work.new_id(), "post_id": one.post_id, "unit_id": one.unit_id, "area_id": one.area_id,
        "role": one.role, "kind": rule.kind, "part": part, "subject_kind": rule.subject,
        "subject_id": about, "event_id": event.id, "at": event.at, "ring_at": ring_at,
    }  # fmt: skip


async def _known(
    work: Work, event: Outbox, about: UUID, kind: str, part: str | None, found: Sequence[Addressee]
) -> dict[Addressee, Notice]:
    """What stands there for them: unread of the same kind, or made by this very event."""
    same = and_(Notice.subject_id == about, Notice.kind == kind, Notice.part.is_not_distinct_from(part))
    query = select(Notice).where(same, or_(Notice.read_at.is_(None), Notice.event_id == event.id))
    rows = await work.session.scalars(query.order_by(Notice.at))
    said = {Addressee(row.post_id, row.unit_id, row.area_id, row.role): row for row in rows}
    return {one: said[one] for one in found if one in said}


async def _ring_at(work: Work, house: House, happened: Happened, one: Addressee) -> datetime:
    """At once for an emergency or who is on duty; else when the office opens (CASES 2.4: nobody at 03:00)."""
    now = work.clock.now()
    if happened.urgent or await _on_duty(work, one, now):
        return now
    return house.calendar_of(one.unit_id).opening(now)


async def _on_duty(work: Work, one: Addressee, now: datetime) -> bool:
    shifts = select(DutyShift.id).where(DutyShift.starts_at <= now, DutyShift.ends_at > now).limit(1)
    if one.post_id is not None:
        shifts = shifts.where(DutyShift.post_id == one.post_id)
    else:
        whose = Unit.id == one.unit_id if one.unit_id else Unit.area_id == one.area_id
        shifts = shifts.where(DutyShift.unit_id.in_(select(Unit.id).where(whose)))
    return await work.session.scalar(shifts) is not None
