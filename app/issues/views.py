"""Saved views: filters of the queue an account keeps under names, each with its count (UX 1a).

What is kept is the query string itself, so that a saved view, a pasted link and the address bar are one thing.
Words that were sought are not kept: a list of names somebody looks for is nobody's to store.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.issues import queries
from app.issues.models import Issue
from app.issues.queue_schemas import IssueFilter, NewView, ViewOut
from app.issues.records import SavedView

MOST_VIEWS = 20  # of one account: each is counted whenever they are shown
COUNTED_TO = 1000


class NoView(Invalid):
    """Not a filter of the queue that may be kept."""

    code = "no_view"
    zh = "这不是可以保存的筛选条件(搜索词不保存)。"
    en = "This is no filter that can be kept; words that were sought are not."


class TooManyViews(Invalid):
    """Each view is counted whenever they are shown."""

    code = "too_many_views"
    zh = "最多保存 {most} 个视图,请先删除不用的。"
    en = "At most {most} views are kept; delete one you no longer use."


def filter_of(query: str) -> IssueFilter:
    """The filter a query string says; `NoView` when it says none."""
    said = {name: values if name == "state" else values[-1] for name, values in parse_qs(query).items()}
    if not said.keys().isdisjoint({"q", "cursor", "limit"}):
        raise NoView("query")
    try:
        return IssueFilter.model_validate(said)
    except ValidationError:
        raise NoView("query") from None


async def save(work: Work, form: NewView) -> ViewOut:
    """Keep it under its name, in place of what had that name."""
    wanted = filter_of(form.query)
    mine = SavedView.account_id == work.actor.account_id
    kept = select(func.count()).select_from(SavedView).where(mine, SavedView.name != form.name)
    if (await work.session.scalar(kept) or 0) >= MOST_VIEWS:
        raise TooManyViews("name", most=MOST_VIEWS)
    row = {"id": work.new_id(), "account_id": work.actor.account_id, "name": form.name, "query": form.query}
    new = insert(SavedView).values(at=work.clock.now(), **row)
    saved = new.on_conflict_do_update(index_elements=["account_id", "name"], set_={"query": form.query})
    view_id: UUID = (await work.session.execute(saved.returning(SavedView.id))).scalar_one()
    count = await work.session.scalar(select(await _counting(work, wanted)))
    return _out(view_id, form.name, form.query, count)


async def drop(work: Work, view_id: UUID) -> None:
    """Forget one of the account's own."""
    mine = (SavedView.id == view_id, SavedView.account_id == work.actor.account_id)
    if (await work.session.execute(delete(SavedView).where(*mine).returning(SavedView.id))).first() is None:
        raise NotFound("view")


async def listed(work: Work) -> list[ViewOut]:
    """The account's own by name; one whose filter no longer holds (an area that ended) has no count."""
    mine = select(SavedView).where(SavedView.account_id == work.actor.account_id).order_by(SavedView.name)
    views = list(await work.session.scalars(mine))
    counting: dict[UUID, Any] = {}
    for view in views:
        with suppress(NoView, NotFound):
            counting[view.id] = await _counting(work, filter_of(view.query))
    counts = {}
    if counting:
        row = (await work.session.execute(select(*counting.values()))).one()
        counts = dict(zip(counting, row, strict=True))
    return [_out(view.id, view.name, view.query, counts.get(view.id)) for view in views]


def _out(view_id: UUID, name: str, query: str, count: int | None) -> ViewOut:
    return ViewOut(id=view_id, name=name, query=query, count=count, most=COUNTED_TO)


async def _counting(work: Work, wanted: IssueFilter) -> Any:
    """How many a filter finds, as a column of one statement for all views."""
    shown = Issue.closed_at.is_not(None) if wanted.closed else Issue.closed_at.is_(None)
    some = select(Issue.id).where(shown, *await queries.conditions(work, wanted)).limit(COUNTED_TO)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()
