"""The audit of reads for the auditor, and after a breach: what was seen, whose, by whom (R6.3, PIPL 57)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.errors import Invalid
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.households.dwellings import on_area
from app.households.models import Household, Resident
from app.people.privacy import PersonalRead
from app.privacy.schemas import BreachFilter, ReaderFilter, ReaderOut, ReadFilter, ReadOut, SeenOut


class NobodyNamed(Invalid):
    """A breach is somebody's login, phone or post."""

    code = "nobody_named"
    zh = "请指定账号、手机或岗位之一。"
    en = "Name an account, a phone or a post."


class OneGround(Invalid):
    """One household, or one area."""

    code = "one_ground"
    zh = "请指定一户或一个区域。"
    en = "Name either a household or an area."


def _by(wanted: ReadFilter | BreachFilter) -> list[ColumnElement[bool]]:
    """The conditions both lists share; times include the first and not the last."""
    found = [PersonalRead.at >= wanted.first, PersonalRead.at < wanted.last]
    named = {"account_id": wanted.account, "device_id": wanted.device, "post_id": wanted.post}
    return found + [getattr(PersonalRead, name) == value for name, value in named.items() if value is not None]


async def page(work: Work, wanted: ReadFilter) -> tuple[list[ReadOut], str | None]:
    """Readings, the latest first."""
    columns = ("id", "at", "account_id", "post_id", "device_id", "what", "fields", "purpose", "subject_kind")
    size = func.cardinality(PersonalRead.subject_ids).label("subjects")
    query = select(*(getattr(PersonalRead, name) for name in columns), size).where(*_by(wanted))
    if wanted.subject is not None:
        query = query.where(PersonalRead.subject_ids.op("@>")(ids_of([wanted.subject])))
    if wanted.what is not None:
        query = query.where(PersonalRead.what == wanted.what)
    if wanted.cursor:
        at, last = _key(decode(wanted.cursor, 2))
        query = query.where(_before(at, last))
    query = query.order_by(PersonalRead.at.desc(), PersonalRead.id.desc()).limit(wanted.limit + 1)
    rows = (await work.session.execute(query)).all()
    shown, following = cut(rows, wanted.limit, lambda row: (row.at.astimezone(UTC).isoformat(), str(row.id)))
    return [ReadOut.model_validate(row) for row in shown], following


def ids_of(subjects: Iterable[UUID]) -> ColumnElement[Any]:
    """An array of ids, as the index on readings takes it."""
    return cast(list(subjects), ARRAY(Uuid))


def _key(parts: Sequence[str]) -> tuple[datetime, UUID]:
    try:
        return datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError:
        raise BadCursor("cursor") from None


def _before(at: datetime, last: UUID) -> ColumnElement[bool]:
    return (PersonalRead.at < at) | ((PersonalRead.at == at) & (PersonalRead.id < last))


async def seen(work: Work, wanted: BreachFilter) -> tuple[list[SeenOut], str | None]:
    """Every record a login, phone or post has read in a time: whose data is out if it was not the holder."""
    if not (wanted.account or wanted.device or wanted.post):
        raise NobodyNamed("account")
    subject = func.unnest(PersonalRead.subject_ids).label("subject_id")
    each = select(PersonalRead.subject_kind, subject, PersonalRead.at, _words(PersonalRead.fields).label("fields"))
    row = each.where(*_by(wanted)).subquery()
    query = select(
        row.c.subject_kind, row.c.subject_id, func.string_agg(row.c.fields.distinct(), ",").label("fields"),
        func.count().label("times"), func.min(row.c.at).label("first_at"), func.max(row.c.at).label("last_at"),
    ).group_by(row.c.subject_kind, row.c.subject_id)  # fmt: skip
    if wanted.cursor:
        kind, last = decode(wanted.cursor, 2)
        query = query.where(
            (row.c.subject_kind > kind) | ((row.c.subject_kind == kind) & (row.c.subject_id > _id(last)))
        )
    query = query.order_by(row.c.subject_kind, row.c.subject_id).limit(wanted.limit + 1)
    rows, following = cut(
        (await work.session.execute(query)).all(),
        wanted.limit,
        lambda one: (one.subject_kind, str(one.subject_id)),
    )
    return [_seen(one) for one in rows], following


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor("cursor") from None


def _words(column: Any) -> ColumnElement[str]:
    return func.array_to_string(column, literal(","))


def _seen(row: Any) -> SeenOut:
    named = {name: getattr(row, name) for name in ("subject_kind", "subject_id", "times", "first_at", "last_at")}
    return SeenOut(**named, fields=sorted({word for word in row.fields.split(",") if word}))


async def readers(work: Work, wanted: ReaderFilter) -> list[ReaderOut]:
    """Who read a household, or any of an area, between two times; its residents count as it."""
    if (wanted.household is None) == (wanted.area is None):
        raise OneGround("household")
    homes = select(Household.id)
    if wanted.household is not None:
        homes = homes.where((Household.id == wanted.household) | (Household.merged_into == wanted.household))
    else:
        homes = homes.where(await on_area(work, Household, wanted.area or ""))
    people = select(Resident.id, Resident.household_id).where(Resident.household_id.in_(homes))
    known = {row.id: row.household_id for row in await work.session.execute(people)}
    known |= {home: home for home in await work.session.scalars(homes)}
    query = select(PersonalRead).where(
        PersonalRead.at >= wanted.first,
        PersonalRead.at < wanted.last,
        PersonalRead.subject_ids.op("&&")(ids_of(known)),
    )
    return _summed(list(await work.session.scalars(query.order_by(PersonalRead.at))), known)


def _summed(rows: Sequence[PersonalRead], known: dict[UUID, UUID]) -> list[ReaderOut]:
    """One line a reader and kind of reading."""
    found: dict[tuple[Any, ...], list[PersonalRead]] = {}
    for row in rows:
        found.setdefault((row.account_id, row.post_id, row.device_id, row.what), []).append(row)
    return [
        ReaderOut(
            account_id=who[0],
            post_id=who[1],
            device_id=who[2],
            what=who[3],
            times=len(read),
            households=len({known[one] for row in read for one in row.subject_ids if one in known}),
            first_at=read[0].at,
            last_at=read[-1].at,
        )
        for who, read in found.items()
    ]
