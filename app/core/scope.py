"""Who sees which rows, stated once per table and applied by the session (STYLE 3.7, HOUSE 2).

`Scope` is what the active post may see; a `Scoped` table turns it into SQL in `visible_to`, as grants AND NOT
denials. The hook adds that to every select, update and delete, and refuses what it cannot filter: Core tables
(also as a part of a mapped statement), text, full joins, a second table of an update, bulk updates by key,
upserts. A session without a scope raises. Inserts are not covered: there the step's role decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, FromClause, Join, Select, Table, TextClause, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase, TextualSelect


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
MAPPED = frozenset({"parententity", "_orm_adapt"})  # what SQLAlchemy notes on a part that came from a mapped class


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


class _Reading:
    """What one statement names, found in one walk; raises `Refused` for what no criterion reaches."""

    def __init__(self, statement: Any) -> None:
        self.tables: set[Table] = set()
        self.below: set[Table] = set()  # named inside a subquery, a CTE or the SELECT of an INSERT
        waiting = [(statement, False)]
        while waiting:
            node, inside = waiting.pop()
            inside = inside or isinstance(node, SelectBase)
            self._look(node, inside=inside)
            waiting.extend((child, inside) for child in node.get_children())

    def _look(self, node: Any, *, inside: bool) -> None:
        if isinstance(node, Column | FromClause):
            self._note(node, inside=inside)
        if isinstance(node, Select):
            _refuse_core(*node._raw_columns, *node._from_obj, *(join[0] for join in node._setup_joins))  # noqa: SLF001
            if any(flags["full"] for _, _, _, flags in node._setup_joins):  # noqa: SLF001
                raise Refused("a full join gives the rows its condition keeps out")
        elif isinstance(node, Join):
            _refuse_core(node.left, node.right)
            if node.full:
                raise Refused("a full join gives the rows its condition keeps out")
        elif isinstance(node, UpdateBase):
            _refuse_core(node.table)
        elif isinstance(node, TextClause | TextualSelect | FromStatement):
            raise Refused("text passes the scope by")

    def _note(self, node: Any, *, inside: bool) -> None:
        if isinstance(node, Column):
            _refuse_core(node)
        if (table := _table_under(node)) is not None:
            (self.below if inside else self.tables).add(table)

    @property
    def scoped(self) -> list[type[Scoped]]:
        return _scoped_among(self.tables | self.below)


def _table_under(node: Any) -> Table | None:
    found = node.table if isinstance(node, Column) else node
    while isinstance(found, AliasedReturnsRows):
        found = found.element
    return found if isinstance(found, Table) else None


def _scoped_among(tables: set[Table]) -> list[type[Scoped]]:
    return [cls for cls in Scoped.registry_of_scoped if getattr(cls, "__table__", None) in tables]


def _refuse_core(*nodes: Any) -> None:
    """A Scoped table, its alias or its column that did not come from the mapped class."""
    for node in nodes:
        if isinstance(node, Column | FromClause) and not MAPPED & node._annotations.keys():  # noqa: SLF001
            table = _table_under(node)
            if table is not None and _scoped_among({table}):
                raise Refused("a Core table passes the scope by")


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
    if state.is_relationship_load or state.execution_options.get("unscoped"):
        return  # a relationship is loaded with the options of the first statement
    if not state.is_orm_statement:
        raise Refused("Core tables and text pass the scope by")
    statement: Any = state.statement
    read = _Reading(statement)
    if state.is_insert:
        _refuse_insert(statement, read)
    elif not state.is_select:
        _refuse_change(state, read)
    classes = Scoped.registry_of_scoped if _loads_entities(state) else read.scoped
    if classes and (not state.is_insert or statement.select is not None):
        state.statement = statement.options(*criteria.of(classes))


def _refuse_insert(statement: Any, read: _Reading) -> None:
    clause = type(getattr(statement, "_post_values_clause", None)).__name__
    if "DoUpdate" in clause and _scoped_among({statement.table}):
        raise Refused("an upsert may overwrite a row outside the scope")
    if statement.select is None and _scoped_among(read.below):
        raise Refused("a subquery among the values of an insert passes the scope by")


def _refuse_change(state: ORMExecuteState, read: _Reading) -> None:
    statement: Any = state.statement
    if state.is_update and isinstance(state.parameters, list):
        raise Refused("a bulk update by primary key passes the scope by")
    beside = read.tables - {_table_under(statement.table)}
    if _scoped_among({table for table in beside if table is not None}):
        raise Refused("a second table of an update or delete passes the scope by; name it in a subquery")
