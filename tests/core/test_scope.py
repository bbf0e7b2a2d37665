"""The scope hook: every form of statement, under every kind of scope, sees what `visible_to` says and no more."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from cluster import Cluster
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)
from sqlalchemy.sql.base import ExecutableOption

from app.core.db import table_of
from app.core.scope import EVERYTHING, NOTHING, Refused, Scope, Scoped, ScopeMissing, rescope, scoped_session
from app.core.work import SYSTEM, Runtime, enter_district, known_as, open_work, system_work
from app.issues.models import Issue
from app.issues.records import Rating, Remark
from app.people.models import Unit
from tests import town
from tests.conftest import ROOT, Desk
from tests.core import scope_changing, scope_reading, scope_refused
from tests.core.aids import HERE, as_role
from tests.core.scope_world import Form, Ids, Looking, World, make_world

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:.*cartesian product")]


@pytest.fixture
async def world(public: Desk, runtime: Runtime, cluster: Cluster, database: str) -> World:
    with as_role(cluster.url("owner", database)) as owner:  # so that a delete of issues is tried for itself
        for table in ("remark", "issue_party", "reporter"):
            owner.execute(f"alter table {table} drop constraint {table}_issue_id_fkey")
    return await make_world(public, runtime)


@pytest.fixture
async def looking(runtime: Runtime) -> AsyncIterator[AsyncSession]:
    """A session in the first district that is thrown away."""
    session = scoped_session(runtime.engine, NOTHING)
    await session.begin()
    await enter_district(session, HERE)
    yield session
    await session.close()


async def _tried(looking: AsyncSession, scope: Scope, tried: Form, model: Any, world: World) -> Ids | int | str:
    looking.expunge_all()
    rescope(looking, scope)
    nested = await looking.begin_nested()
    try:
        return await tried(Looking(looking, model, world))
    except (Refused, ScopeMissing, sa.exc.SQLAlchemyError) as error:
        return type(error).__name__
    finally:
        await nested.rollback()


async def _wrong(looking: AsyncSession, world: World, model: Any, forms: Mapping[str, Form]) -> list[Any]:
    """Every form and scope that saw something else than it should, with both figures."""
    leaks: list[Any] = []
    for name, tried in forms.items():
        for scope_name, scope, expected in world.expected:
            seen = await _tried(looking, scope, tried, model, world)
            if seen != (len(expected) if isinstance(seen, int) else expected):
                leaks.append((name, scope_name, len(seen) if isinstance(seen, set) else seen, len(expected)))
    return leaks


@pytest.mark.parametrize("model", [Issue, Remark])
async def test_every_reading_form_sees_what_the_scope_sees(
    looking: AsyncSession, world: World, model: Any
) -> None:
    assert await _wrong(looking, world, model, scope_reading.FORMS) == []


@pytest.mark.parametrize("model", [Issue, Remark])
async def test_every_changing_form_touches_what_the_scope_sees(
    looking: AsyncSession, world: World, model: Any
) -> None:
    assert await _wrong(looking, world, model, scope_changing.FORMS) == []


@pytest.mark.parametrize("model", [Issue, Remark])
async def test_forms_the_scope_cannot_filter_are_refused(looking: AsyncSession, world: World, model: Any) -> None:
    passed = {
        (name, scope_name): seen
        for name, tried in scope_refused.FORMS.items()
        for scope_name, scope, _ in world.expected
        if (seen := await _tried(looking, scope, tried, model, world)) != "Refused"
    }
    assert passed == {}


@pytest.mark.parametrize("model", [Issue, Remark])
async def test_a_statement_that_passed_opens_no_door_to_its_twins(
    looking: AsyncSession, world: World, model: Any
) -> None:
    """How a statement is read is remembered by its shape; Core tables and text of the same shape are refused."""
    table, key = table_of(model), Looking(looking, model, world).key
    mapped = (select(key).where(model.id.is_not(None)), select(Unit.code).where(key.is_not(None)))
    core = table.c[key.key]
    twins = (select(core).where(table.c.id.is_not(None)), select(Unit.code).where(core.is_not(None)))
    for statement, twin in zip(mapped, twins, strict=True):
        for _ in range(2):
            await looking.execute(statement)
            with pytest.raises(Refused):
                await looking.execute(twin)


async def test_a_session_without_a_scope_raises_on_every_form(runtime: Runtime) -> None:
    session = scoped_session(runtime.engine, None)
    await session.begin()
    await enter_district(session, HERE)
    world = World({UUID(int=1)}, {UUID(int=1): UUID(int=2)}, [])
    forms = scope_reading.FORMS | scope_changing.FORMS | scope_refused.FORMS
    silent = []
    for name, tried in forms.items():
        if name in ("refreshed_unseen", "merged"):
            continue  # they leave their object in the session, which is theirs to clean
        try:
            await tried(Looking(session, Issue, world))
        except ScopeMissing:
            session.expunge_all()
        else:
            silent.append(name)
    await session.close()
    assert silent == []


async def test_rows_are_inserted_in_bulk_whatever_the_scope(looking: AsyncSession, world: World) -> None:
    issue = next(iter(world.issues))
    row = {"issue_id": issue, "verdict": "solved", "satisfaction": 5, "contacted": None, "at": town.MORNING}
    rows = [row | {"id": UUID(int=number)} for number in range(1, 4)]
    made = await looking.scalars(sa.insert(Rating).returning(Rating.id), rows)
    assert {one.int for one in made} == {1, 2, 3}


async def test_the_whole_district_is_seen_by_system_work_only(runtime: Runtime, world: World) -> None:
    async with system_work(runtime, HERE) as work:
        assert work.scope == EVERYTHING
        assert set(await work.session.scalars(select(Issue.id))) == world.issues


class Mirror(DeclarativeBase):
    """Classes of this test on the real tables, so that a relationship can be tried: the app has none."""


class MirrorIssue(Mirror):
    """Open to all, with rows that are not."""

    __tablename__ = "issue"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    remarks: Mapped[list["MirrorRemark"]] = relationship()


class MirrorRemark(Scoped, Mirror):
    """Seen by the subject alone."""

    __tablename__ = "remark"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))

    @classmethod
    def visible_to(cls, scope: Scope) -> sa.ColumnElement[bool]:
        return cls.issue_id == scope.subject


Scoped.registry_of_scoped.remove(MirrorRemark)  # only while its test runs


@pytest.fixture
def mirrored() -> Iterator[None]:
    Scoped.registry_of_scoped.append(MirrorRemark)
    yield
    Scoped.registry_of_scoped.remove(MirrorRemark)


@pytest.mark.usefixtures("mirrored")
@pytest.mark.parametrize("loading", [selectinload, joinedload, subqueryload, lazyload])
async def test_a_relationship_brings_what_the_scope_sees(
    looking: AsyncSession, world: World, loading: Callable[[Any], ExecutableOption]
) -> None:
    one = min(world.issues)
    rescope(looking, Scope(subject=one))
    query = select(MirrorIssue).options(loading(MirrorIssue.remarks))

    def read(session: Session) -> dict[UUID, list[UUID]]:
        return {issue.id: [row.id for row in issue.remarks] for issue in session.scalars(query).unique()}

    seen = await looking.run_sync(read)
    assert seen == {issue: [world.remarks[issue]] if issue == one else [] for issue in world.issues}


async def test_entities_carry_every_rule_and_columns_only_those_they_name(runtime: Runtime) -> None:
    sent: list[int] = []
    async with open_work(runtime, HERE, known_as(SYSTEM, Scope(subject=UUID(int=1)))) as work:

        def note(state: ORMExecuteState) -> None:
            statement: Any = state.statement
            sent.append(len(statement._with_options))

        sa.event.listen(work.session.sync_session, "do_orm_execute", note)
        for query in (select(Issue), select(Unit), select(Issue.id), select(Unit.id), select(Rating.id, Issue.id)):
            await work.session.execute(query)
    assert sent == [len(Scoped.registry_of_scoped)] * 2 + [1, 0, 2]


def test_ways_round_the_scope_stand_in_named_files_only() -> None:
    ways = {
        "scope_applied": {"core/scope.py"},
        "session.connection()": {"core/work.py"},
        "from_statement": set(),
        "make_transient": set(),
        "sync_session": {"core/scope.py"},
    }
    files = {str(path.relative_to(ROOT / "app")): path.read_text() for path in (ROOT / "app").rglob("*.py")}
    found = {way: {name for name, text in files.items() if way in text} for way in ways}
    assert found == ways
