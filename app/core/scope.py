"""Who sees which rows, stated once per table and applied by the session (STYLE 3.7, HOUSE 2).

`Scope` is what the active post may see; a `Scoped` table turns it into SQL in `visible_to`, as grants AND NOT
denials. The hook adds that to every select, update and delete, and refuses what it cannot filter: Core tables,
text, bulk updates by key and upserts. A session without a scope raises. Inserts are not covered: there the
step's role decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Table, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors


@dataclass(frozen=True)
class Scope:
    """What one active post may see: grants (`areas` by level column, `units`, `subject`) and a denial.

    `recused` are the units of the post's own line, which never sees what they are accused of; `everything` is
    the whole district.
    """

    areas: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    units: tuple[UUID, ...] = ()
    recused: tuple[UUID, ...] = ()
    subject: UUID | None = None
    everything: bool = False

    @property
    def empty(self) -> bool:
        return not (self.everything or self.areas or self.units or self.subject)


NOTHING = Scope()
EVERYTHING = Scope(everything=True)


class ScopeMissing(RuntimeError):
    """A session was used without saying for whom: a fault of ours, never of the caller."""


class Refused(RuntimeError):
    """A statement the scope cannot filter; read through mapped classes, or name the file in the test."""


class Scoped:
    """Mixed into a mapped class whose rows belong to a place, a unit or a person."""

    registry_of_scoped: ClassVar[list[type["Scoped"]]] = []

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__tablename__" in cls.__dict__:  # a mixin of mixins has no rows of its own
            Scoped.registry_of_scoped.append(cls)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The condition under which `scope` sees a row; only the disjuncts this scope has (HOUSE 2)."""
        raise NotImplementedError(cls.__name__)  # a Scoped class without a rule must not start


class ScopedSession(Session):
    """The synchronous heart of every session; the listener below is bound to it alone."""


class _Criteria:
    """Loader criteria of one session, built once per class and only when a statement needs them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._made: dict[type[Scoped], Any] = {}

    def of(self, classes: Iterable[type[Scoped]]) -> list[Any]:
        if self.scope.everything:
            return []
        return [self._one(cls) for cls in classes]

    def _one(self, cls: type[Scoped]) -> Any:
        if cls not in self._made:
            rule = cls.visible_to(self.scope)
            self._made[cls] = with_loader_criteria(cls, rule, include_aliases=True)
        return self._made[cls]


def scoped_session(bind: Any, scope: Scope | None, **kw: Any) -> AsyncSession:
    """An async session that sees what `scope` sees; None makes one that raises on first use."""
    info = {"criteria": None if scope is None else _Criteria(scope)}
    return AsyncSession(
        bind, sync_session_class=ScopedSession, info=info, expire_on_commit=False, autoflush=False, **kw
    )


def rescope(session: AsyncSession, scope: Scope) -> None:
    """Give a session the scope of the actor who was identified inside its transaction."""
    session.info["criteria"] = _Criteria(scope)


def _classes_named(statement: Any) -> list[type[Scoped]]:
    tables = {node for node in visitors.iterate(statement) if isinstance(node, Table)}
    return [cls for cls in Scoped.registry_of_scoped if getattr(cls, "__table__", None) in tables]


def _loads_entities(state: ORMExecuteState) -> bool:
    statement: Any = state.statement
    if getattr(statement, "_with_options", ()) or not state.is_select:
        return True
    described = getattr(statement, "column_descriptions", ())
    return not described or any(item.get("expr") is item.get("entity") for item in described)


@event.listens_for(ScopedSession, "do_orm_execute")
def _apply(state: ORMExecuteState) -> None:
    criteria: _Criteria | None = state.session.info.get("criteria")
    if criteria is None:
        raise ScopeMissing("open_work gives a session its scope")
    if state.is_relationship_load or state.is_column_load:
        return  # the options of the first statement propagate
    if state.execution_options.get("unscoped"):
        return
    if not state.is_orm_statement:
        raise Refused("Core tables and text pass the scope by")
    statement: Any = state.statement
    if state.is_insert:
        if getattr(statement, "_post_values_clause", None) is not None and state.bind_mapper is not None:
            _refuse_upsert(state)
        if getattr(statement, "select", None) is None:
            return
    if state.is_update and isinstance(state.parameters, list):
        raise Refused("a bulk update by primary key passes the scope by")
    classes = Scoped.registry_of_scoped if _loads_entities(state) else _classes_named(statement)
    if classes:
        state.statement = statement.options(*criteria.of(classes))


def _refuse_upsert(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    clause = type(getattr(state.statement, "_post_values_clause", None)).__name__
    if mapper is not None and issubclass(mapper.class_, Scoped) and "DoUpdate" in clause:
        raise Refused("an upsert may overwrite a row outside the scope")
