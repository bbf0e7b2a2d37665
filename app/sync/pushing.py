"""The push: each operation is judged singly and answered in its place; a bad one stands alone.

Runs of operations that one statement can do go together, in one transaction; if that fails, each has its own, to
name the bad ones. Others have a transaction each. Repeats are answered from the ledger; what has to wait for
something is kept and taken up again as soon as that has come.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import Act
from app.core.clock import Moment
from app.core.errors import Busy, Forbidden, NotFound, Problem, Unavailable
from app.core.log import log
from app.core.work import Runtime, Work, open_work
from app.people.login import district_of_token, may
from app.people.queries import Bearer
from app.sync import devices, events, ledger
from app.sync.applying import Asked, Verb, WaitsFor
from app.sync.batch import Batch, ForeignPost, LateAssignment, OtherPhone, phone_only
from app.sync.kinds import SCHEMAS, OpType, Status
from app.sync.ledger import Judged, Raw
from app.sync.login import phone_of
from app.sync.models import Op
from app.sync.reviewing import LATE, Matter, open_review
from app.sync.schemas import MOST_OPS, OpIn, OpResult, Push, PushOut
from app.sync.straying import CameApart, HasStrayed
from app.sync.timing import Reading, correct, has_to_warn
from app.sync.verbs import VERBS
from app.sync.words import told

RETRY_S = 5
ROUNDS = 20  # how long a chain of waiting operations may be in one push


async def push(batch: Batch) -> PushOut:
    """Judge a batch. Raises only for what concerns the whole of it: the phone, its session."""
    raws = [_raw(said) for said in batch.form.ops]
    for place, raw in enumerate(raws):
        if raw is None:
            log().warning("op_without_id", device_id=str(batch.form.device_id))
            batch.answers[place] = OpResult(op_id=None, status=Status.REJECTED, code="no_op_id")
    wanted = {place: raw for place, raw in enumerate(raws) if raw is not None}
    await _answer_known(batch, wanted)
    for run in _runs(batch, wanted):
        await _take(batch, run)
    await _take_up_waiting(batch)
    return await _close(batch, wanted.values())


async def begin(runtime: Runtime, token: str, address: str, form: Push) -> Batch:
    """A batch of the phone behind a token."""

    async def who(session: AsyncSession) -> Bearer:
        return await phone_of(session, runtime, token)

    district = district_of_token(token)
    async with open_work(runtime, district, phone_only(who, address)) as work:
        if form.device_id != work.actor.device_id:
            raise OtherPhone("device_id")
        enrolled = await devices.enrolled_at(work)
        await devices.seen(work)
        epoch = await devices.store_epoch(work)
    received = runtime.clock.now()
    return Batch(runtime, district, who, address, form, received, enrolled or received, epoch)


def _raw(said: Mapping[str, Any]) -> Raw | None:
    """As much as is needed to keep an operation; None when it has no id to be kept under."""
    try:
        op_id = UUID(str(said["op_id"]))
    except (KeyError, ValueError):
        return None
    try:
        seq = int(said.get("seq") or 0)
    except (ValueError, TypeError, OverflowError):
        seq = 0
    try:
        entity = UUID(str(said.get("entity_id")))
    except ValueError:
        entity = None
    type_ = str(said.get("type")).replace("\x00", "")[:40]
    return Raw(op_id, max(0, min(seq, 2**62)), type_, entity, said)


async def _answer_known(batch: Batch, wanted: Mapping[int, Raw]) -> None:
    """Repeats get the first answer; a known id with another body is kept beside the first, and told upstairs."""
    async with batch.own_work() as work:
        found = await ledger.known(work, [raw.op_id for raw in wanted.values()])
        for place, raw in wanted.items():
            op = found.get(raw.op_id)
            if op is None or (answer := ledger.again(op, raw)) is None:
                continue
            batch.answers[place] = answer
            if answer.code == "op_id_reuse":
                await _alarm(work, raw)


async def _alarm(work: Work, raw: Raw) -> None:
    if not await ledger.keep_clash(work, raw):
        return  # its answer was lost: told once
    device = await devices.own(work, UUID(str(work.actor.device_id)))
    act = Act("reuse_op_id", "active", "active", {"op": str(raw.op_id)})
    await devices.note(work, device, act, events.OpIdReused, op_id=raw.op_id)
    log().warning("op_id_reused", op_id=str(raw.op_id), device_id=str(device.id))


@dataclass(frozen=True)
class Item:
    """One operation that has to be judged, with its verb and corrected time when it could be read."""

    place: int
    raw: Raw
    asked: Asked | None = None
    verb: Verb | None = None
    refused: OpResult | None = None

    @property
    def joins(self) -> bool:
        """Whether one statement can do it beside others of its kind."""
        return self.verb is not None and self.verb.together is not None and not self.depends_on

    @property
    def depends_on(self) -> Sequence[UUID]:
        return self.asked.op.depends_on if self.asked else ()


def _runs(batch: Batch, wanted: Mapping[int, Raw]) -> Iterable[list[Item]]:
    """Operations in their order; neighbours that one statement can do are taken together."""
    run: list[Item] = []
    seen: set[UUID] = set()
    for place, raw in wanted.items():
        if place in batch.answers:
            continue
        if raw.op_id in seen:  # the same twice in one batch: the second is answered from the ledger
            yield run
            run = []
        seen.add(raw.op_id)
        item = _item(batch, place, raw)
        if not (run and item.joins and run[-1].joins and _alike(run[-1], item)):
            if run:
                yield run
            run = []
        run.append(item)
    if run:
        yield run


def _alike(one: Item, other: Item) -> bool:
    mine, theirs = one.asked, other.asked
    return (
        one.verb is other.verb
        and mine is not None
        and theirs is not None
        and mine.op.assignment_id == theirs.op.assignment_id
    )


def _item(batch: Batch, place: int, raw: Raw) -> Item:
    """Read one operation; what cannot be read is refused or, of a later schema, parked."""
    said = raw.body
    if isinstance(said.get("schema"), int) and said["schema"] not in SCHEMAS:
        return Item(place, raw, refused=_refused(raw, Status.PARKED, "unknown_schema"))
    if not isinstance(said.get("type"), str) or said["type"] not in VERBS:
        return Item(place, raw, refused=_refused(raw, Status.PARKED, "unknown_type"))
    verb = VERBS[OpType(said["type"])]
    try:
        op = OpIn.model_validate(said)
        form = verb.form.model_validate(op.payload)
    except ValidationError as error:
        return Item(place, raw, refused=_malformed(raw, error))
    if op.sha256 != raw.sha256:
        return Item(place, raw, refused=_refused(raw, Status.REJECTED, "digest_mismatch"))
    return Item(place, raw, Asked(op, form, _moment(batch, op), batch.form.device_id), verb)


def _refused(raw: Raw, status: Status, code: str, **more: Any) -> OpResult:
    return OpResult(op_id=raw.op_id, status=status, code=code, problem=told(code, **more))


def _malformed(raw: Raw, error: ValidationError) -> OpResult:
    """Refused for its form; the name of a field may be anything, too."""
    where = ".".join(str(part) for part in error.errors()[0]["loc"]).replace("\x00", "")
    return _refused(raw, Status.REJECTED, "malformed", field=where[:200])


def _moment(batch: Batch, op: OpIn) -> Moment:
    sent: Reading = batch.form.clock.reading(batch.form.sent_at)
    return correct(op.clock.reading(op.occurred_at), sent, batch.received, batch.enrolled_at)


async def _take(batch: Batch, run: Sequence[Item]) -> None:
    if batch.together and len(run) > 1 and await _take_together(batch, run):
        return
    for item in run:
        batch.answers[item.place] = await _take_one(batch, item)


async def _take_together(batch: Batch, run: Sequence[Item]) -> bool:
    """The whole run by one statement; False when something in it is wrong, and nothing was done."""
    asked = [item.asked for item in run if item.asked]
    verb = run[0].verb
    if verb is None or verb.together is None or any(item.raw.entity_id in batch.put_off for item in run):
        return False
    try:
        async with batch.work_for(asked[0].op.assignment_id, *(one.moment.at for one in asked)) as work:
            await ledger.lock_phone(work)
            found = await ledger.known(work, [item.raw.op_id for item in run])
            answers = {
                item.place: ledger.again(found[item.raw.op_id], item.raw)
                for item in run if item.raw.op_id in found
            }  # fmt: skip  # another connection of the phone came first
            if None in answers.values():
                return False
            fresh = [item for item in run if item.place not in answers]
            answers.update(await _do_together(work, verb, fresh))
    except (Problem, SQLAlchemyError, ValidationError, WaitsFor):
        return False
    batch.answers.update({place: answer for place, answer in answers.items() if answer is not None})
    return True


async def _do_together(work: Work, verb: Verb, run: Sequence[Item]) -> dict[int, OpResult]:
    asked = [item.asked for item in run if item.asked]
    if not asked or verb.together is None:
        return {}
    _check_right(work, verb)
    results = await verb.together(work, asked)
    judged = [
        Judged(item.raw, result, one.op.assignment_id, one.moment.at)
        for item, one, result in zip(run, asked, results, strict=True)
    ]
    await work.put(Op, [ledger.row(work, one) for one in judged])
    return {item.place: result for item, result in zip(run, results, strict=True)}


def _check_right(work: Work, verb: Verb) -> None:
    if verb.right is not None:
        may(work, verb.right)


async def _take_one(batch: Batch, item: Item) -> OpResult:
    """One operation by its own transaction; whatever it comes to is in the ledger, except trouble of ours.

    What follows on one that is put off is put off too: judged first, it would find its matter in an older state.
    """
    if item.raw.entity_id in batch.put_off:
        return _put_off(item)
    try:
        return await _judge(batch, item)
    except (Unavailable, Busy, SQLAlchemyError) as trouble:
        log().warning("op_put_off", op_id=str(item.raw.op_id), why=type(trouble).__name__)
        if item.raw.entity_id is not None:
            batch.put_off.add(item.raw.entity_id)
        return _put_off(item)


async def _judge(batch: Batch, item: Item) -> OpResult:
    try:
        if item.refused is not None or item.asked is None or item.verb is None:
            return await _keep(batch, item, item.refused or _refused(item.raw, Status.REJECTED, "malformed"))
        return await _apply(batch, item, item.asked, item.verb)
    except WaitsFor as waits:
        waiting = OpResult(op_id=item.raw.op_id, status=Status.WAITING, code="waits_for_other")
        return await _keep(batch, item, waiting, waits.entities)
    except ValidationError as error:
        return await _keep(batch, item, _malformed(item.raw, error))
    except (Unavailable, Busy):
        raise
    except Problem as problem:
        return await _keep_problem(batch, item, problem)


def _put_off(item: Item) -> OpResult:
    return OpResult(op_id=item.raw.op_id, status=Status.RETRY, code="retry", retry_after=RETRY_S)


async def _apply(batch: Batch, item: Item, asked: Asked, verb: Verb) -> OpResult:
    async with batch.work_for(asked.op.assignment_id, asked.moment.at) as work:
        await ledger.lock_phone(work)
        op = (await ledger.known(work, [item.raw.op_id])).get(item.raw.op_id)
        if op is not None and (answer := ledger.again(op, item.raw)) is not None:
            return answer
        _check_right(work, verb)
        await _need(work, item.depends_on)
        result = await verb.handler(work, asked)
        if op is not None:
            await ledger.settle(work, op.op_id, result)
        else:
            judged = Judged(item.raw, result, asked.op.assignment_id, asked.moment.at)
            await work.put(Op, [ledger.row(work, judged)])
        return result


async def _need(work: Work, op_ids: Sequence[UUID]) -> None:
    """What it depends on has come and been done; else it waits."""
    if op_ids:
        found = await ledger.known(work, op_ids)
        undone = (Status.WAITING, Status.RETRY)
        missing = [one for one in op_ids if one not in found or found[one].status in undone]
        if missing:
            raise WaitsFor(*missing)


async def _keep_problem(batch: Batch, item: Item, problem: Problem) -> OpResult:
    """Refused for good, or put before a person when its assignment had ended."""
    zh, en = problem.words
    told = {"zh": zh, "en": en, "field": problem.field}
    late = isinstance(problem, LateAssignment | HasStrayed | CameApart)
    status = Status.DEFERRED if late else Status.REJECTED
    code = "forbidden" if isinstance(problem, NotFound | ForeignPost) else problem.code
    if isinstance(problem, Forbidden | NotFound) and not late:
        log().warning("op_forbidden", op_id=str(item.raw.op_id), why=problem.code)
    result = OpResult(op_id=item.raw.op_id, status=status, code=code, problem=told)
    about = Matter(getattr(problem, "household_id", None), getattr(problem, "reason", LATE))
    return await _keep(batch, item, result, about=about)


async def _keep(
    batch: Batch, item: Item, result: OpResult, waits_for: Sequence[UUID] = (), about: Matter | None = None
) -> OpResult:
    """Write what did not take effect: nothing a phone has sent is dropped."""
    async with batch.own_work() as work:
        await ledger.lock_phone(work)
        op = (await ledger.known(work, [item.raw.op_id])).get(item.raw.op_id)
        if op is not None:
            answer = ledger.again(op, item.raw)
            if answer is None and result.status != Status.WAITING:
                await ledger.settle(work, op.op_id, result)
            return answer or result
        at = item.asked.moment.at if item.asked else None
        post_id = item.asked.op.assignment_id if item.asked else work.actor.post_id
        judged = Judged(item.raw, result, post_id or UUID(int=0), at, waits_for)
        await work.put(Op, [ledger.row(work, judged)])
        if result.status == Status.DEFERRED:
            await open_review(work, judged, about or Matter())
    return result


async def _take_up_waiting(batch: Batch) -> None:
    """Operations that waited for what has come now, as long as one leads to another."""
    came = {one.op_id for one in batch.answers.values() if one.status not in (Status.WAITING, Status.RETRY)}
    came |= {one.entity_id for one in batch.answers.values() if one.entity_id}
    came |= {one.redirect["from"] for one in batch.answers.values() if one.redirect}
    ids = [one for one in came if one]
    for _ in range(ROUNDS):
        waiting = await _waiting_for(batch, ids)
        if not waiting:
            return
        ids = []
        for raw in waiting:
            place = next((p for p, a in batch.answers.items() if a.op_id == raw.op_id), -1)
            result = await _take_one(batch, _item(batch, place, raw))
            if place >= 0:
                batch.answers[place] = result
            if result.status != Status.WAITING:
                led = (result.redirect or {}).get("from")
                ids += [one for one in (result.op_id, result.entity_id, led) if one]


async def _waiting_for(batch: Batch, ids: Sequence[UUID]) -> list[Raw]:
    if not ids:
        return []
    async with batch.own_work() as work:
        mine = (Op.device_id == work.actor.device_id, Op.status == str(Status.WAITING))
        fields = (Op.op_id, Op.seq, Op.type, Op.entity_id, Op.body_sealed)
        query = select(*fields).where(*mine, Op.waits_for.overlap(list(ids))).order_by(Op.seq).limit(MOST_OPS)
        rows = (await work.session.execute(query)).all()
        return [Raw(*row[:4], ledger.body_of(work, row.body_sealed)) for row in rows]


async def _close(batch: Batch, raws: Iterable[Raw]) -> PushOut:
    highest = max((raw.seq for raw in raws), default=0)
    async with batch.own_work() as work:
        gaps = await ledger.missing_seqs(work, work.actor.device_id, highest) if highest else []
    sent = batch.form.clock.reading(batch.form.sent_at)
    return PushOut(
        server_time=batch.received, store_epoch=batch.epoch, missing_seqs=gaps,
        clock_warning=has_to_warn(sent, batch.received),
        results=[batch.answers[place] for place in range(len(batch.form.ops))],
    )  # fmt: skip
