"""Statements that only read: each returns the issues it saw, or how many."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import Bundle, aliased, make_transient_to_detached
from sqlalchemy.orm import join as orm_join
from sqlalchemy.orm import outerjoin as orm_outerjoin

from app.issues.models import IssueParty
from app.issues.records import Remark
from app.people.models import Unit
from tests.core.scope_world import ONE_UNIT, Form, Ids, Looking

FORMS: dict[str, Form] = {}


def form(tried: Form) -> Form:
    FORMS[tried.__name__] = tried
    return tried


@form
async def entity(at: Looking) -> Ids:
    return await at.entities(select(at.model))


@form
async def columns(at: Looking) -> Ids:
    return await at.ids(select(at.key))


@form
async def aliased_entity(at: Looking) -> Ids:
    return await at.entities(select(aliased(at.model)))


@form
async def aliased_columns(at: Looking) -> Ids:
    return await at.ids(select(at.key_of(aliased(at.model))))


@form
async def bundle(at: Looking) -> Ids:
    rows: Any = await at.session.execute(select(Bundle("b", at.key.label("k"))))
    return {row.b.k for row in rows}


@form
async def counted(at: Looking) -> int:
    return await at.number(select(func.count()).select_from(at.model))


@form
async def aggregate(at: Looking) -> int:
    return await at.number(select(func.count(at.key)))


@form
async def grouped(at: Looking) -> Ids:
    return await at.ids(select(func.count(), at.key).group_by(at.key).having(func.count() > 0).order_by(at.key))


@form
async def joined_from_unscoped(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.key).join(at.model, true()).where(ONE_UNIT))


@form
async def outer_joined(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.key).outerjoin(at.model, true()).where(ONE_UNIT))


@form
async def left_of_an_outer_join(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.key).select_from(at.model).outerjoin(Unit, ONE_UNIT))


@form
async def joined_by_hand(at: Looking) -> Ids:
    both = orm_join(Unit, at.model, true())
    return await at.ids(select(Unit.code, at.key).select_from(both).where(ONE_UNIT))


@form
async def nested_outer_join(at: Looking) -> Ids:
    inner = orm_join(at.model, IssueParty, IssueParty.issue_id == at.key)
    return await at.ids(select(Unit.code, at.key).select_from(orm_outerjoin(Unit, inner, true())).where(ONE_UNIT))


@form
async def two_scoped_outer_joined(at: Looking) -> Ids:
    other = aliased(Remark)
    return await at.ids(select(other.id, at.key).select_from(at.model).outerjoin(other, other.issue_id == at.key))


@form
async def joined_to_an_alias(at: Looking) -> Ids:
    other = aliased(at.model)
    return await at.ids(select(Unit.code, at.key_of(other)).join(other, true()).where(ONE_UNIT))


@form
async def joined_to_itself(at: Looking) -> Ids:
    other = aliased(at.model)
    return await at.ids(select(at.key, at.key_of(other)).join(other, true()))


@form
async def outer_joined_to_itself(at: Looking) -> Ids:
    other = aliased(at.model)
    return await at.ids(select(at.key, at.key_of(other)).outerjoin(other, true()))


@form
async def joined_to_itself_by_hand(at: Looking) -> Ids:
    other = aliased(at.model)
    return await at.ids(select(at.key, at.key_of(other)).select_from(orm_join(at.model, other, true())))


@form
async def beside_itself(at: Looking) -> Ids:
    other = aliased(at.model)
    return await at.ids(select(at.key, at.key_of(other)))


@form
async def entity_joined_to_itself(at: Looking) -> Ids:
    other = aliased(at.model)
    rows = await at.session.execute(select(at.model, other).outerjoin(other, true()))
    return {at.of(row[1]) for row in rows}


@form
async def unscoped_entity_joined(at: Looking) -> Ids:
    joined = select(Unit, at.key).join(IssueParty, IssueParty.unit_id == Unit.id)
    return await at.ids(joined.join(at.model, IssueParty.issue_id == at.key).where(ONE_UNIT))


@form
async def comma_join(at: Looking) -> Ids:
    return await at.ids(select(Unit.code, at.key).where(ONE_UNIT))


@form
async def subquery(at: Looking) -> Ids:
    inner = select(at.key.label("k")).subquery()
    return await at.ids(select(inner.c.k))


@form
async def subquery_in_where(at: Looking) -> Ids:
    return await at.ids(select(IssueParty.issue_id).where(IssueParty.issue_id.in_(select(at.key))))


@form
async def cte(at: Looking) -> Ids:
    inner = select(at.key.label("k")).cte("inner_rows")
    return await at.ids(select(Unit.code, inner.c.k).join(inner, true()).where(ONE_UNIT))


@form
async def recursive_cte(at: Looking) -> Ids:
    inner = select(at.key.label("k")).cte("walk", recursive=True)
    inner = inner.union(select(at.key).where(at.key == inner.c.k))
    return await at.ids(select(inner.c.k))


@form
async def lateral(at: Looking) -> Ids:
    inner = select(at.key.label("k")).where(IssueParty.issue_id == at.key).lateral()
    return await at.ids(select(IssueParty.unit_id, inner.c.k).join(inner, true()))


@form
async def union_of_columns(at: Looking) -> Ids:
    return await at.ids(select(at.key).union(select(at.key)))


@form
async def union_of_entities(at: Looking) -> Ids:
    both = select(at.model).union_all(select(at.model)).subquery()
    return await at.entities(select(aliased(at.model, both)))


@form
async def union_with_unscoped(at: Looking) -> Ids:
    nobody = select(IssueParty.issue_id).where(sa.false())
    return await at.ids(nobody.union(select(at.key)))


@form
async def existing(at: Looking) -> Ids:
    return await at.ids(select(IssueParty.issue_id).where(exists().where(at.key == IssueParty.issue_id)))


@form
async def existing_alone(at: Looking) -> Ids:
    return {
        one
        for one in at.world.issues
        if await at.session.scalar(select(exists(select(at.model).where(at.key == one))))
    }


@form
async def scalar_subquery(at: Looking) -> int:
    inner = select(func.count(at.key)).scalar_subquery()
    return await at.number(select(inner).where(ONE_UNIT))


@form
async def inside_case_and_function(at: Looking) -> int:
    inner = select(func.count(at.key)).scalar_subquery()
    return await at.number(select(func.coalesce(sa.case((Unit.id.is_not(None), inner)), 0)).where(ONE_UNIT))


@form
async def ordered_by_a_subquery(at: Looking) -> int:
    other = aliased(at.model)
    many = select(func.count(other.id)).scalar_subquery()
    return await at.number(select(many).where(ONE_UNIT).order_by(many))


@form
async def windowed(at: Looking) -> Ids:
    return await at.ids(select(func.row_number().over(order_by=at.key), at.key))


@form
async def for_update(at: Looking) -> Ids:
    return await at.entities(select(at.model).with_for_update())


@form
async def streamed(at: Looking) -> Ids:
    rows = await at.session.stream_scalars(select(at.model).execution_options(yield_per=2))
    return {at.of(row) async for row in rows}


@form
async def got(at: Looking) -> Ids:
    found = [await at.session.get(at.model, one) for one in at.primary_keys]
    return {at.of(row) for row in found if row is not None}


@form
async def refreshed(at: Looking) -> Ids:
    found = list(await at.session.scalars(select(at.model)))
    for row in found:
        await at.session.refresh(row)
    return {at.of(row) for row in found}


@form
async def refreshed_unseen(at: Looking) -> Ids:
    seen: Ids = set()
    for one in at.primary_keys:
        row = at.model(id=one)
        make_transient_to_detached(row)
        at.session.add(row)
        try:
            await at.session.refresh(row)
        except sa.exc.InvalidRequestError:
            at.session.expunge(row)
        else:
            seen.add(at.of(row))
    return seen


@form
async def merged(at: Looking) -> Ids:
    seen: Ids = set()
    for one in at.primary_keys:
        row = await at.session.merge(at.model(id=one))
        if row not in at.session.new:
            seen.add(at.of(row))
        else:
            at.session.expunge(row)
    return seen


@form
async def legacy_query(at: Looking) -> Ids:
    return await at.session.run_sync(lambda session: {at.of(row) for row in session.query(at.model).all()})


@form
async def legacy_count(at: Looking) -> int:
    return await at.session.run_sync(lambda session: session.query(at.model).count())


@form
async def core_columns_of_a_mapped_row(at: Looking) -> Ids:
    return await at.ids(select(at.table_key).where(at.key.is_not(None)))
