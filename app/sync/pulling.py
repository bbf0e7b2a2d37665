"""The pull: a first sync type by type, then the feed from the watermark on; read, logged, never changed here.

A page says what a phone has to do to its copy. The phone applies page and cursor in one transaction of its own, so
that a crash between the two repeats a page and changes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, literal_column, select, tuple_

from app.core.work import Work
from app.feed.models import Change, ChangeKind
from app.people.privacy import note_read
from app.sync import cursor as cursors
from app.sync import devices, measuring
from app.sync.cursor import Cursor
from app.sync.holding import Holding, holding_of
from app.sync.showing import BY_NAME, KINDS, PERSONAL, Kind, of_ground

MOST_BYTES = 512 * 1024
PURPOSE = "offline visiting of the post's own ground"


class Said(NamedTuple):
    """One change as it goes out: its type and id, whether it reads a record, and its JSON text."""

    type: str
    id: UUID
    reads: bool
    text: str


Found = tuple[list[Said], Cursor, bool]


async def pull(work: Work, word: str | None, limit: int) -> str:
    """One page (JSON) after a cursor, or the first one of a first sync; `CursorExpired` to begin anew."""
    holding, store = await holding_of(work), await devices.store_epoch(work)
    device, now = UUID(str(work.actor.device_id)), work.clock.now()
    if word is None:
        at = await _begin(work, holding, Cursor(str(device), holding.epoch, str(store), now.isoformat(), 0))
    else:
        at = cursors.read(work.keys, word, device, holding.epoch, store, now)
    if at.phase is not None:
        changes, following, more = await _first_sync(work, holding, at, limit)
    else:
        changes, following, more = await _feed(work, holding, at, limit)
    await _log_reading(work, changes)
    head = {
        "cursor": following.moved(at=now.isoformat()).written(work.keys), "has_more": more,
        "scope_epoch": holding.epoch, "store_epoch": str(store), "server_time": now.isoformat(),
    }  # fmt: skip
    told = ",".join(one.text for one in changes)
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"changes":[{told}]}}'


async def _begin(work: Work, holding: Holding, cursor: Cursor) -> Cursor:
    """The feed is read later from the oldest transaction that runs now."""
    await measuring.check_scope(work, holding)
    return cursor.moved(watermark=await work.oldest_running(), phase=0)


async def _first_sync(work: Work, holding: Holding, cursor: Cursor, limit: int) -> Found:
    changes: list[Said] = []
    room, phase = MOST_BYTES, cursor.phase or 0
    after = UUID(cursor.after) if cursor.after else None
    while phase < len(KINDS):
        kind = KINDS[phase]
        query = kind.rows(work, holding).order_by(kind.key).limit(limit - len(changes))
        if after is not None:
            query = query.where(kind.key > after)
        for row in (await work.session.execute(query)).all():
            said = upsert(work, kind, row)
            room -= len(said.text) + len(said.text) // 2  # Chinese is three bytes a character
            if room < 0 and changes:
                return changes, cursor.moved(phase=phase, after=_word(after)), True
            changes.append(said)
            after = row.id
        if len(changes) >= limit:
            return changes, cursor.moved(phase=phase, after=_word(after)), True
        phase, after = phase + 1, None
    return changes, cursor.moved(phase=None, after=None), False


def _word(id_: UUID | None) -> str | None:
    return str(id_) if id_ else None


def upsert(work: Work, kind: Kind, row: Any) -> Said:
    """One record as it is now."""
    text = f'{{"t":"{kind.name}","id":"{row.id}","k":"upsert","rev":{row.rev},"d":{kind.written(work, row)}}}'
    return Said(kind.name, row.id, reads=True, text=text)


async def _feed(work: Work, holding: Holding, cursor: Cursor, limit: int) -> Found:
    """Changes between the watermark and the horizon, the last one of each record, as the records are now."""
    horizon = await work.oldest_running()
    xid = cast(cast(Change.xid, Text), BigInteger)
    query = (
        select(Change.type, Change.entity_id, Change.kind, Change.to_id, xid.label("xid"), Change.id)
        .where(of_ground(holding), Change.xid >= _xid8(cursor.watermark), Change.xid < _xid8(horizon))
        .order_by(Change.xid, Change.id)
        .limit(limit + 1)
    )
    if cursor.after is not None:
        number, _, last = cursor.after.partition("/")
        query = query.where(tuple_(Change.xid, Change.id) > tuple_(_xid8(int(number)), UUID(last)))
    rows = (await work.session.execute(query)).all()
    page, more = rows[:limit], len(rows) > limit
    changes = await _as_they_are(work, holding, page)
    if more:
        return changes, cursor.moved(after=f"{page[-1].xid}/{page[-1].id}"), True
    return changes, cursor.moved(watermark=horizon, after=None), False


def _xid8(number: int) -> Any:
    return literal_column(f"'{int(number)}'::xid8")


async def _as_they_are(work: Work, holding: Holding, rows: Sequence[Any]) -> list[Said]:
    """The last word on each record: what left the ground is evicted, whatever an earlier change said of it."""
    last = {(row.type, row.entity_id): row for row in rows}
    found: dict[tuple[str, UUID], Said] = {}
    for kind in KINDS:
        ids = [entity for (name, entity), row in last.items() if name == kind.name and row.kind == "upsert"]
        if ids:
            for row in (await work.session.execute(kind.rows(work, holding).where(kind.key.in_(ids)))).all():
                found[kind.name, row.id] = upsert(work, kind, row)
    return [found.get(key) or _gone(row) for key, row in last.items() if row.type in BY_NAME]


def _gone(row: Any) -> Said:
    kind = row.kind if row.kind != ChangeKind.UPSERT else ChangeKind.EVICT
    said = {"t": row.type, "id": str(row.entity_id), "k": str(kind)}
    said |= {"to": str(row.to_id)} if row.to_id else {}
    return Said(row.type, row.entity_id, reads=False, text=json.dumps(said, separators=(",", ":")))


async def _log_reading(work: Work, changes: Iterable[Said]) -> None:
    """Who read which households' records: one row a page and kind (R6.3)."""
    for name, fields in PERSONAL.items():
        read = [said.id for said in changes if said.type == name and said.reads]
        await note_read(work, "sync.pull", name, read, fields, PURPOSE, work.actor.device_id)
