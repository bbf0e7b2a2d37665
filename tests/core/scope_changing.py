"""Statements that change rows, or make new ones from what they read."""

import sqlalchemy as sa
from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from app.issues.models import IssueParty
from app.issues.records import IssueDay
from tests import town
from tests.core.scope_world import Form, Ids, Looking

FORMS: dict[str, Form] = {}


def form(tried: Form) -> Form:
    FORMS[tried.__name__] = tried
    return tried


@form
async def legacy_update(at: Looking) -> int:
    return await at.session.run_sync(lambda session: session.query(at.model).update(at.changed))


@form
async def inserted_from_select(at: Looking) -> Ids:
    names = ["street_id", "day", "raised", "answered", "closed"]
    rows = select(at.key, literal(town.MORNING.date()), literal(1), literal(1), literal(1))
    return await at.ids(sa.insert(IssueDay).from_select(names, rows).returning(IssueDay.street_id))


@form
async def inserted_from_cte(at: Looking) -> Ids:
    inner = select(at.key.label("k")).cte("copied")
    names = ["street_id", "day", "raised", "answered", "closed"]
    rows = select(inner.c.k, literal(town.MORNING.date()), literal(1), literal(1), literal(1))
    return await at.ids(
        pg_insert(IssueDay).from_select(names, rows).on_conflict_do_nothing().returning(IssueDay.street_id)
    )


@form
async def updated(at: Looking) -> int:
    return await at.rows_touched(at.update())


@form
async def updated_returning(at: Looking) -> Ids:
    return await at.ids(at.update().returning(at.key))


@form
async def updated_returning_entity(at: Looking) -> Ids:
    return await at.entities(at.update().returning(at.model))


@form
async def updated_and_fetched(at: Looking) -> int:
    return await at.rows_touched(at.update().execution_options(synchronize_session="fetch"))


@form
async def updated_by_a_subquery_value(at: Looking) -> Ids:
    same = select(at.key).where(at.key == IssueParty.issue_id).correlate(IssueParty).scalar_subquery()
    changed = sa.update(IssueParty).values(since=func.now()).where(same.is_not(None))
    return await at.ids(changed.returning(IssueParty.issue_id))


@form
async def deleted(at: Looking) -> int:
    return await at.rows_touched(sa.delete(at.model))


@form
async def deleted_returning(at: Looking) -> Ids:
    return await at.ids(sa.delete(at.model).returning(at.key))
