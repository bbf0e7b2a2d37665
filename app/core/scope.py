"""Who sees which rows, stated once per table and applied by the session (STYLE 3.7, HOUSE 2).

`Scope` is what the active post may see; a `Scoped` table turns it into SQL in `visible_to`, as grants AND NOT
denials. The hook adds that to every select, update and delete, and refuses what it cannot filter: Core tables
(also as part of a mapped statement), text, full joins, a second table of an update, bulk updates by key,
upserts. A session without a scope raises. Inserts are not covered: there the step's role decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, FromClause, Join, Select, Table, TextClause, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase, TextualSelect


@dataclass(frozen=True)
class Scope:
    """What one active post may see: grants (`areas` by level column, `units`, single `subjects`) and denials.

    `recused` are the units of the post's own line, which never sees what they are accused of; `excluded` are
    matters the account stands aside from; `everything` is the whole district.
    """

    areas: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    units: tuple[UUID, ...] = ()
    recused: tuple[UUID, ...] = ()
    subject: UUID | None = None
    subjects: tuple[UUID, ...] = ()
    excluded: tuple[UUID, ...] = ()
    everything: bool = False

    @property
    def unlimited(self) -> bool:
        """The whole district, and nothing in it to stand aside from."""
        return self.everything and not (self.recused or self.excluded)

    @property
    def empty(self) -> bool:
        return not (self.everything or self.areas or self.units or self.subject)


NOTHING = Scope()
EVERYTHING = Scope(everything=True)
MAPPED = "parententity"  # what SQLAlchemy notes on a table or column that came from a mapped class
REMEMBERED = 2000  # shapes of statements; the service has several hundred
READ: dict[Any, Sequence[type["Scoped"]]] = {}
OWN = "scope_applied"  # set on an update or delete, so that the select SQLAlchemy sends beside it is known


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


class _Rule(LoaderCriteriaOption):
    """SQLAlchemy turns a rule to an alias in a WHERE, but not in the ON of a join: here it is always turned."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  # statements stay in the cache

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        rule = super()._resolve_where_criteria(ext_info)
        if not ext_info.is_aliased_class:
            return rule
        turned: ColumnElement[bool] = ext_info._adapter.traverse(rule)  # noqa: SLF001
        return turned


class _Criteria:
    """Loader criteria of one scope, built once per class and only when a statement needs them. A post's requests
    come with equal scopes, so the last thousand are kept.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._made: dict[type[Scoped], Any] = {}

    def of(self, classes: Iterable[type[Scoped]]) -> list[Any]:
        if self.scope.unlimited:
            return []
        return [self._one(cls) for cls in classes]

    def narrow(self, statement: Any, mapper: Any) -> Any:
        """A refresh takes no loader criteria, so the rule becomes a condition of its own."""
        unscoped = mapper is None or self.scope.unlimited or not issubclass(mapper.class_, Scoped)
        return statement if unscoped else statement.where(mapper.class_.visible_to(self.scope))

    def _one(self, cls: type[Scoped]) -> Any:
        if cls not in self._made:
            rule = cls.visible_to(self.scope)
            self._made[cls] = _Rule(cls, rule, include_aliases=True)
        return self._made[cls]


@lru_cache(maxsize=1024)
def _criteria_of(areas: tuple[tuple[str, tuple[UUID, ...]], ...], rest: tuple[Any, ...]) -> _Criteria:
    return _Criteria(Scope(dict(areas), *rest))


def _criteria(scope: Scope) -> _Criteria:
    rest = (
        scope.units, scope.recused, scope.subject, scope.subjects, scope.excluded, scope.everything,
    )  # fmt: skip
    return _criteria_of(tuple(scope.areas.items()), rest)


def scoped_session(bind: Any, scope: Scope | None, **kw: Any) -> AsyncSession:
    """An async session that sees what `scope` sees; None makes one that raises on first use."""
    info = {"criteria": None if scope is None else _criteria(scope)}
    return AsyncSession(
        bind, sync_session_class=ScopedSession, info=info, expire_on_commit=False, autoflush=False, **kw
    )


def rescope(session: AsyncSession, scope: Scope) -> None:
    """Give a session the scope of the actor who was identified inside its transaction."""
    session.info["criteria"] = _criteria(scope)


class _Part:
    """What one SELECT, or the outermost of an update or delete, takes rows from."""

    def __init__(self) -> None:
        self.mapped: set[Any] = set()
        self.core: set[Any] = set()
        self.full = False  # a full join gives the very rows its condition keeps out


class _Reading:
    """What one statement names, found in one walk; raises `Refused` for what no criterion reaches."""

    def __init__(self, statement: Any) -> None:
        self.outermost = _Part()
        parts = [self.outermost]
        waiting = [(statement, self.outermost)]
        while waiting:
            node, part = waiting.pop()
            if isinstance(node, SelectBase):
                part = _Part()
                parts.append(part)
            _look(node, part)
            waiting.extend((child, part) for child in node.get_children())
        self.below = {table for part in parts[1:] for table in _tables(part)}
        if any(_scoped_among(_tables_under(part.core - part.mapped)) for part in parts):
            raise Refused("a Core table passes the scope by")
        if any(part.full and _scoped_among(_tables(part)) for part in parts):
            raise Refused("a full join passes the scope by; join subqueries")

    @property
    def scoped(self) -> list[type[Scoped]]:
        return _scoped_among(self.below | _tables(self.outermost))


def _look(node: Any, part: _Part) -> None:
    """Sort columns by whence they came; columns of a mapped class say so in their annotations."""
    if isinstance(node, Column):
        (part.mapped if MAPPED in node._annotations else part.core).add(node.table)  # noqa: SLF001
    elif isinstance(node, Select):
        _refuse_core(*node._raw_columns, *node._from_obj, *(join[0] for join in node._setup_joins))  # noqa: SLF001
        part.full |= any(flags["full"] for _, _, _, flags in node._setup_joins)  # noqa: SLF001
    elif isinstance(node, Join):
        _refuse_core(node.left, node.right)
        part.full |= node.full
    elif isinstance(node, FromClause) and MAPPED in node._annotations:  # noqa: SLF001
        part.mapped.add(node)
    elif isinstance(node, UpdateBase):
        _refuse_core(node.table)
    elif isinstance(node, TextClause | TextualSelect | FromStatement):
        raise Refused("text passes the scope by")


def _refuse_core(*sources: Any) -> None:
    """A Scoped table or its alias, named as such and not through the mapped class."""
    core = {one for one in sources if isinstance(one, FromClause) and MAPPED not in one._annotations}  # noqa: SLF001
    if _scoped_among(_tables_under(core)):
        raise Refused("a Core table passes the scope by")


def _tables(part: _Part) -> set[Table]:
    return _tables_under(part.mapped | part.core)


def _tables_under(sources: set[Any]) -> set[Table]:
    return {table for table in map(_table_under, sources) if table is not None}


def _table_under(source: Any) -> Table | None:
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return source if isinstance(source, Table) else None


def _scoped_among(tables: set[Table]) -> list[type[Scoped]]:
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
    if state.is_relationship_load or state.execution_options.keys() & {"unscoped", OWN}:
        return  # a relationship, and what an update fetches, has the options of the first statement
    if not state.is_orm_statement:
        raise Refused("Core tables and text pass the scope by")
    statement: Any = state.statement
    if state.is_column_load:
        state.statement = criteria.narrow(statement, state.bind_mapper)
        return
    classes = _read_once(state) if state.is_select else _read(state)
    if classes and (not state.is_insert or statement.select is not None):
        state.statement = statement.options(*criteria.of(classes))


def _read_once(state: ORMExecuteState) -> Sequence[type[Scoped]]:
    """The same for every SELECT that SQLAlchemy itself takes for one statement when it looks for compiled SQL."""
    key = state.statement._generate_cache_key()  # type: ignore[attr-defined]  # noqa: SLF001
    if key is None:
        return _read(state)
    if key.key not in READ:
        if len(READ) == REMEMBERED:
            READ.clear()
        READ[key.key] = _read(state)
    return READ[key.key]


def _read(state: ORMExecuteState) -> Sequence[type[Scoped]]:
    """The classes whose rules a statement needs; `Refused` for what no rule reaches."""
    read = _Reading(state.statement)
    if state.is_insert:
        _refuse_insert(state.statement, read)
    elif not state.is_select:
        _refuse_change(state, read)
    return Scoped.registry_of_scoped if _loads_entities(state) else read.scoped


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
    if _scoped_among(_tables(read.outermost) - {statement.table}):
        raise Refused("a second table of an update or delete passes the scope by; name it in a subquery")
    state.update_execution_options(**{OWN: True})
