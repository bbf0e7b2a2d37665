"""Statements no criterion reaches: the session refuses every one, under any scope."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, literal, select, text, true
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import aliased
from sqlalchemy.orm import outerjoin as orm_outerjoin

from app.core.db import table_of
from app.issues.kinds import PartyRole
from app.issues.models import Issue, IssueParty
from app.issues.records import IssueDay
from app.people.models import Unit
from tests import town
from tests.core.scope_world import ONE_UNIT, Form, Ids, Looking

FORMS: dict[str, Form] = {}


def day_of(at: Looking) -> dict[str, Any]:
    counts = dict.fromkeys(("raised", "answered", "closed"), 0)
    return {"street_id": min(at.world.issues), "day": town.MORNING.date(), **counts}


def form(tried: Form) -> Form:
    FORMS[tried.__name__] = tried
    return tried


@form
async def alias_of_a_core_subquery(at: Looking) -> Ids:
    inner = select(table_of(at.model)).subquery()
    return await at.entities(select(aliased(at.model, inner)))


@form
async def full_joined(at: Looking) -> Ids:
    return await at.ids(
        select(IssueParty.unit_id, at.key).join(at.model, IssueParty.issue_id == at.key, full=True)
    )


@form
async def full_joined_by_hand(at: Looking) -> Ids:
    both = orm_outerjoin(Unit, at.model, sa.false(), full=True)
    return await at.ids(select(Unit.code, at.key).select_from(both))


@form
async def inserted_with_a_subquery_value(at: Looking) -> int:
    many = select(func.count(at.key)).scalar_subquery()
    row = day_of(at) | {"raised": many}
    return await at.number(sa.insert(IssueDay).values(row).returning(IssueDay.raised))


@form
async def upserted_with_a_subquery_value(at: Looking) -> int:
    many = select(func.count(at.key)).scalar_subquery()
    row = day_of(at)
    await at.session.execute(sa.insert(IssueDay).values(row))
    again = pg_insert(IssueDay).values(row)
    again = again.on_conflict_do_update(index_elements=["street_id", "day"], set_={"raised": many})
    return await at.number(again.returning(IssueDay.raised))


@form
async def updated_from(at: Looking) -> Ids:
    changed = sa.update(IssueParty).values(role=PartyRole.ASSIST).where(IssueParty.issue_id == at.key)
    return await at.ids(changed.returning(IssueParty.issue_id))


@form
async def deleted_using(at: Looking) -> Ids:
    gone = sa.delete(IssueParty).where(IssueParty.issue_id == at.key).returning(IssueParty.issue_id)
    return await at.ids(gone)


@form
async def core_table(at: Looking) -> Ids:
    return await at.ids(select(at.table_key))


@form
async def core_table_with_a_mapped_condition(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.table_key).where(ONE_UNIT))


@form
async def core_table_joined_to_a_mapped_class(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.table_key).join(table_of(at.model), true()).where(ONE_UNIT))


@form
async def core_subquery_in_a_mapped_statement(at: Looking) -> Ids:
    return await at.ids(select(IssueParty.issue_id).where(IssueParty.issue_id.in_(select(at.table_key))))


@form
async def core_cte_in_a_mapped_statement(at: Looking) -> Ids:
    inner = select(at.table_key.label("k")).cte()
    return await at.ids(select(Unit.code, inner.c.k).join(inner, true()).where(ONE_UNIT))


@form
async def core_alias_in_a_mapped_statement(at: Looking) -> Ids:
    other = table_of(at.model).alias()
    return await at.ids(select(Unit.code, other.c[at.table_key.name]).join(other, true()).where(ONE_UNIT))


@form
async def core_columns_beside_a_mapped_row(at: Looking) -> Ids:
    other = table_of(at.model).alias()
    return await at.ids(select(at.key, other.c[at.table_key.name]).join(other, true()))


@form
async def core_columns_below_a_mapped_row(at: Looking) -> Ids:
    inner = select(at.table_key.label("k")).where(at.table_key.is_not(None)).correlate(None).subquery()
    return await at.ids(select(at.key, inner.c.k).join(inner, true()))


@form
async def core_table_counted(at: Looking) -> int:
    return await at.number(select(func.count(Unit.id)).join(table_of(at.model), true()))


@form
async def core_table_joined_by_hand(at: Looking) -> int:
    both = sa.join(table_of(Unit), table_of(at.model), true())
    return await at.number(select(func.count(Unit.id)).select_from(both))


@form
async def core_update(at: Looking) -> Ids:
    return await at.ids(sa.update(table_of(at.model)).values(at.update().compile().params).returning(at.table_key))


@form
async def core_delete(at: Looking) -> Ids:
    return await at.ids(sa.delete(table_of(at.model)).returning(at.table_key))


@form
async def core_delete_with_a_mapped_condition(at: Looking) -> Ids:
    return await at.ids(
        sa.delete(table_of(at.model)).where(at.table_key.in_(select(IssueParty.issue_id))).returning(at.table_key)
    )


@form
async def core_insert_from_select(at: Looking) -> Ids:
    names = ["street_id", "day", "raised", "answered", "closed"]
    rows = select(at.table_key, literal(town.MORNING.date()), literal(1), literal(1), literal(1))
    return await at.ids(sa.insert(IssueDay).from_select(names, rows).returning(IssueDay.street_id))


@form
async def textual(at: Looking) -> Ids:
    return await at.ids(text(f"select {at.table_key.name} from {at.model.__tablename__}"))


@form
async def textual_with_columns(at: Looking) -> Ids:
    words = f"select {at.table_key.name} from {at.model.__tablename__}"
    return await at.ids(text(words).columns(at.key))


@form
async def textual_subquery(at: Looking) -> Ids:
    words = f"select {at.table_key.name} from {at.model.__tablename__}"
    inner = text(words).columns(at.key).subquery()
    return await at.ids(select(Unit.code, inner.c[0]).join(inner, true()).where(ONE_UNIT))


@form
async def from_statement(at: Looking) -> Ids:
    words = text(f"select * from {at.model.__tablename__}")
    return await at.entities(select(at.model).from_statement(words))


@form
async def from_a_core_statement(at: Looking) -> Ids:
    core = select(table_of(at.model))
    return await at.entities(select(at.model).from_statement(core))


@form
async def bulk_update_by_key(at: Looking) -> int:
    await at.session.execute(sa.update(at.model), [{"id": one, **at.changed} for one in at.primary_keys])
    return len(at.primary_keys)


@form
async def upsert(at: Looking) -> Ids:
    now = town.MORNING
    row = {"id": at.primary_keys[0], "issue_id": next(iter(at.world.issues)), "step": "x", "text": "mine"}
    row |= {"to_reporter": False, "at": now}
    if at.model is Issue:
        row = {
            "id": at.primary_keys[0],
            "number": "1",
            "state": "raised",
            "version": 1,
            "salt": b"x",
            "text": "mine",
        }
        row |= {"type": "help", "channel": "qr", "urgency": "normal", "placement": "placed", "explanation": {}}
        row |= {"raised_at": now, "due_at": now}
    again = pg_insert(at.model).values(row).on_conflict_do_update(index_elements=["id"], set_={"text": "mine"})
    return await at.ids(again.returning(at.key))
