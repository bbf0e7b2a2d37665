"""How the links of a report-in are read from its rows: what was due, what was done, what was late (R2.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.clocks.models import Wait
from app.core.work import Work
from app.whistles.kinds import Link, Result
from app.whistles.models import ReportIn


@dataclass(frozen=True)
class Chain:
    """How one link is read from the rows: its clock, the time it was done, the steps that did it."""

    clock: str
    stamp: str
    steps: tuple[str, ...]


CHAIN: dict[Link, Chain] = {
    Link.SIGNED: Chain("ri_sign", "signed_at", ("sign", "deem_sign", "bind")),
    Link.CONTACTED: Chain("ri_contact", "contacted_at", ("contact", "report_in")),
    Link.REPORTED_IN: Chain("arrive", "reported_at", ("report_in", "settle_arrival")),
    Link.FINISHED: Chain("finish", "finished_at", ("finish",)),
}


async def clocks_by_kind(work: Work, subjects: Iterable[UUID]) -> dict[tuple[UUID, str], Wait]:
    """The latest clock of each kind of each subject, running or ended: its end says what was due."""
    query = select(Wait).where(Wait.subject_id.in_(list(subjects))).order_by(Wait.since, Wait.id)
    return {(wait.subject_id, wait.kind): wait for wait in await work.session.scalars(query)}


def result_of(report_in: ReportIn, link: Link, wait: Wait, now: datetime) -> Result | None:
    """On time, late or never; None while there is time left (`now`). A signing that was only deemed is late."""
    done = getattr(report_in, CHAIN[link].stamp)
    if done is None:
        return None if now <= wait.due_at else Result.NEVER
    deemed = link == Link.SIGNED and report_in.deemed
    return Result.LATE if deemed or done > wait.due_at else Result.ON_TIME
