"""Both sides are scored (R2.6): a unit per link from its own clocks and by the street's stars, the street for
having whistled at all. Every score names the trail rows it rests on; each may be appealed once; none is ranked.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.audit import Trail
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.issues.workflow import DEPARTMENT
from app.whistles.calling import unit_coded
from app.whistles.chains import CHAIN, Chain, clocks_by_kind, result_of
from app.whistles.guards import SamePerson, same_person
from app.whistles.kinds import Link, ReportInState, Result, Side
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Score
from app.whistles.step_schemas import AppealInput, DecideAppealInput, RatePartyInput, RateStreetInput
from app.whistles.taking import Told, take


class NoScore(NotFound):
    """This whistle has no such score."""

    code = "no_score"
    zh = "本次吹哨没有这条评价。"
    en = "This whistle has no such score."


class NotScored(Conflict):
    """Only who was scored appeals."""

    code = "not_scored_unit"
    zh = "只有被评价的单位可以申诉。"
    en = "Only the unit that was scored may appeal."


class AppealedBefore(Conflict):
    """One appeal is all."""

    code = "appealed_before"
    zh = "该评价已申诉过,不能再次申诉。"
    en = "This score was appealed once already."


class NoAppeal(Conflict):
    """There is nothing to decide."""

    code = "no_appeal"
    zh = "该评价没有待裁定的申诉。"
    en = "This score has no appeal to decide."


class RatedBefore(Conflict):
    """One rating each."""

    code = "rated_before"
    zh = "已评价过,不能重复评价。"
    en = "It was rated already; one rating each."


async def score_links(work: Work, whistle: Whistle, report_ins: Sequence[ReportIn]) -> None:
    """One score for each link of each unit that had to come; not of one released, nor of a link with time left."""
    mine = [one for one in report_ins if one.state != ReportInState.RELEASED]
    ids = [one.id for one in mine]
    clocks = await clocks_by_kind(work, ids)
    acts = await _acts(work, ids)
    rows = []
    for one in mine:
        for link, how in CHAIN.items():
            wait = clocks.get((one.id, how.clock))
            result = result_of(one, link, wait, work.clock.now()) if wait else None
            if result is not None:
                events = [_event("report_in", one.id, row.seq) for row in acts if _of(row, one.id, how)]
                rows.append(_row(work, whistle, Side.DEPARTMENT, one.unit_id, link, result, events) | {
                    "report_in_id": one.id, "given_by": None, "by_unit_id": None,
                })  # fmt: skip
    await work.put(Score, rows)


async def _acts(work: Work, subjects: Sequence[UUID]) -> list[Trail]:
    query = select(Trail).where(Trail.subject_kind == "report_in", Trail.subject_id.in_(subjects))
    return list(await work.session.scalars(query.order_by(Trail.subject_id, Trail.seq)))


def _of(row: Trail, report_in_id: UUID, how: Chain) -> bool:
    """The acts of a link, and the notice from which its time ran."""
    return row.subject_id == report_in_id and row.step in ("notify", "escalate", *how.steps)


def _event(kind: str, subject_id: UUID, seq: int) -> dict[str, Any]:
    return {"kind": kind, "subject_id": str(subject_id), "seq": seq}


def _row(
    work: Work, whistle: Whistle, side: Side, unit_id: UUID, link: Link, result: str, events: list[dict[str, Any]]
) -> dict[str, Any]:
    blank = dict.fromkeys(column.name for column in Score.__table__.columns)
    return blank | {
        "id": work.new_id(), "whistle_id": whistle.id, "side": str(side), "unit_id": unit_id, "link": str(link),
        "result": str(result), "opinion": False, "events": events, "at": work.clock.now(),
        "given_by": work.actor.account_id, "by_unit_id": next(iter(work.actor.units), None),
    }  # fmt: skip


async def rate_party(work: Work, whistle: Whistle, form: RatePartyInput) -> None:
    """The street's stars for a unit, with the reason; once."""
    unit = await unit_coded(work, form.unit, living=False)
    query = select(ReportIn).where(ReportIn.whistle_id == whistle.id, ReportIn.unit_id == unit.id)
    report_in = await work.session.scalar(query.order_by(ReportIn.notified_at.desc()).limit(1))
    if report_in is None:
        raise NoScore("unit")
    if same_person(work, None, unit.id):
        raise SamePerson
    rated = select(Score.id).where(Score.report_in_id == report_in.id, Score.link == Link.RATING)
    if await work.session.scalar(rated) is not None:
        raise RatedBefore("unit")
    told = Told({"unit": str(unit.id), "stars": form.stars}, form.reason)
    await take(work, whistle, "rate_party", told, unit_id=unit.id)
    events = [_event("report_in", report_in.id, report_in.version), _event("whistle", whistle.id, whistle.version)]
    row = _row(work, whistle, Side.DEPARTMENT, unit.id, Link.RATING, Result.RATED, events)
    await work.put(Score, [row | {"report_in_id": report_in.id, "stars": form.stars, "reason": form.reason}])


async def rate_street(work: Work, whistle: Whistle, form: RateStreetInput) -> None:
    """Whether it should have been blown: the district's word counts, that of a unit called is an opinion."""
    opinion = work.actor.role in DEPARTMENT
    if not opinion and same_person(work, whistle.blown_by):
        raise SamePerson
    before = select(Score.id).where(Score.whistle_id == whistle.id, Score.link == Link.WHISTLE)
    if opinion:
        before = before.where(Score.by_unit_id.in_(work.actor.units))
    if await work.session.scalar(before.where(Score.opinion.is_(opinion)).limit(1)) is not None:
        raise RatedBefore
    unit = whistle.street_unit_id
    told = Told({"result": form.result, "opinion": opinion}, form.reason)
    await take(work, whistle, "rate_street", told, unit_id=unit)
    events = [_event("whistle", whistle.id, seq) for seq in (1, whistle.version)]
    row = _row(work, whistle, Side.STREET, unit, Link.WHISTLE, form.result, events)
    await work.put(Score, [row | {"opinion": opinion, "reason": form.reason}])


async def _score(work: Work, whistle: Whistle, score_id: UUID) -> Score:
    mine = (Score.id == score_id, Score.whistle_id == whistle.id)
    score: Score | None = await work.session.scalar(select(Score).where(*mine).with_for_update())
    if score is None:
        raise NoScore("score_id")
    return score


async def appeal(work: Work, whistle: Whistle, form: AppealInput) -> None:
    """The unit that was scored says why that is wrong; the district decides."""
    score = await _score(work, whistle, form.score_id)
    if score.unit_id not in work.actor.units:
        raise NotScored("score_id")
    if score.appealed_at is not None:
        raise AppealedBefore("score_id")
    house = await house_of(work)
    clock = wait_row(work, house, ("whistle", whistle.id), "score_appeal", rule="appeal")
    told = Told({"score": str(score.id)}, form.reason, [clock])
    await take(work, whistle, "appeal_score", told, unit_id=score.unit_id)
    score.appeal, score.appealed_at, score.appealed_by = form.reason, work.clock.now(), work.actor.account_id
    await work.session.flush()


async def decide_appeal(work: Work, whistle: Whistle, form: DecideAppealInput) -> None:
    """Another person than who scored, who appealed and who blew it; an upheld appeal takes the score out."""
    score = await _score(work, whistle, form.score_id)
    if score.appealed_at is None or score.decided_at is not None:
        raise NoAppeal("score_id")
    involved = (score.given_by, score.appealed_by, whistle.blown_by)
    if any(same_person(work, account, score.unit_id, score.by_unit_id) for account in involved):
        raise SamePerson
    told = Told({"score": str(score.id), "upheld": form.upheld}, form.reason)
    await take(work, whistle, "decide_appeal", told, unit_id=score.unit_id)
    score.decided_at, score.upheld = work.clock.now(), form.upheld
    await work.session.flush()
    pending = select(Score.id).where(
        Score.whistle_id == whistle.id, Score.appealed_at.is_not(None), Score.decided_at.is_(None)
    )
    if await work.session.scalar(pending.limit(1)) is None:
        await waits.stop(work, whistle.id, "score_appeal")
