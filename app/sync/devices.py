"""Phones: signed on by their holder, renewed every quarter of an hour, revoked by their office at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.core.audit import GENESIS, Act, Trail, chain
from app.core.crypto import new_token, token_hash
from app.core.errors import Forbidden, NotFound, Unauthenticated
from app.core.log import log
from app.core.outbox import Outbox
from app.core.scope import NOTHING
from app.core.work import Work
from app.districts import StoreEpoch
from app.people.actions import issue_token
from app.people.models import Account, Token
from app.people.queries import Bearer, scope_of, standing_of
from app.sync import events, ledger, measuring
from app.sync.holding import Holding, OnlineFirst, holding_for, holding_of
from app.sync.models import Device, SealedOutbox
from app.sync.schemas import DeviceOut, DeviceState, DeviceTokens, Enrol
from app.sync.sealing import public_key

KIND = "device"  # as a subject of the trail
ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, too old, or was used by two."""

    code = "reauth_required"
    zh = "登录已过期,请重新登录。未上传的内容保留在本机,登录后继续上传。"
    en = "Sign in again. What has not been sent stays on the phone and goes on afterwards."


class NotYours(Forbidden):
    """Another holder's phone."""

    code = "not_your_device"
    zh = "这部手机登记在他人名下。"
    en = "This phone is enrolled for somebody else."


@dataclass(frozen=True)
class Pair:
    """Fresh tokens, in clear this once."""

    access: str
    access_ends_at: datetime
    refresh: str
    refresh_ends_at: datetime


async def enrol(work: Work, form: Enrol) -> DeviceTokens:
    """A phone for the active post; `OnlineFirst` for a desk's, `ScopeTooLarge` when nobody could know it all.

    A phone that was its holder's before stays the same one, with its numbers and photos, while its post does.
    """
    holding = await holding_of(work)
    if not (holding.grids or holding.households):
        raise OnlineFirst
    await measuring.check_scope(work, holding)
    if work.actor.account_id is None or work.actor.post_id is None:
        raise NotFound
    former = await _former(work, form)
    missing = await _lost(work, former, form) if former is not None else []
    if former is not None and former.revoked_at is None and former.post_id == work.actor.post_id:
        pair = await _sign_on_again(work, former, form)
        return await _tokens_out(work, former.id, pair, holding, missing)
    device_id, now = work.new_id(), work.clock.now()
    pair = await _pair(work, work.actor.account_id, work.actor.post_id, device_id)
    ground = await measuring.ground_of_post(work, work.actor.post_id)
    row = {
        "id": device_id, "account_id": work.actor.account_id, "post_id": work.actor.post_id,
        **ground, "name": form.name, "app_build": form.app_build,
        "refresh_hash": token_hash(pair.refresh), "refresh_before": None, "refreshed_at": now,
        "refresh_ends_at": pair.refresh_ends_at, "enrolled_at": now, "seen_at": now,
        "revoked_at": None, "revoked_by": None, "wiped_at": None,
    }  # fmt: skip
    (first,) = chain(work, KIND, device_id, (0, GENESIS), [Act("enrol", None, "active", {})], now)
    event = events.DeviceEnrolled(device_id, now, work.actor.post_id, **ground)
    row |= {"version": first["seq"], "trail_hash": first["hash"]}
    await work.append({Device: [row], Trail: [first], Outbox: [work.outbox_row(event, first["seq"])]})
    return await _tokens_out(work, device_id, pair, holding, missing)


async def _former(work: Work, form: Enrol) -> Device | None:
    """What the phone was enrolled as before, if that was the same person's."""
    if form.previous is None:
        return None
    mine = (Device.id == form.previous.device_id, Device.account_id == work.actor.account_id)
    query = select(Device).where(*mine).with_for_update().execution_options(unscoped=True)
    found: Device | None = await work.session.scalar(query)
    return found


async def _lost(work: Work, former: Device, form: Enrol) -> list[int]:
    """Numbers of operations that went with a cleared store; its office is told."""
    if form.previous is None or not form.previous.store_lost:
        return []
    missing = await ledger.missing_seqs(work, former.id, form.previous.last_seq)
    if missing:
        state = "revoked" if former.revoked_at else "active"
        act = Act("lose_operations", state, state, {"count": len(missing)})
        await note(work, former, act, events.SeqsMissing, count=len(missing))
    return missing


async def _sign_on_again(work: Work, device: Device, form: Enrol) -> Pair:
    now = work.clock.now()
    await _end_tokens(work, device.id)
    pair = await _pair(work, device.account_id, device.post_id, device.id)
    device.name, device.app_build, device.wiped_at = form.name, form.app_build, None
    device.refresh_hash, device.refresh_before = token_hash(pair.refresh), None
    device.refresh_ends_at, device.refreshed_at, device.seen_at = pair.refresh_ends_at, now, now
    await note(work, device, Act("enrol_again", "active", "active", {}), events.DeviceEnrolled)
    return pair


async def _pair(work: Work, account_id: UUID, post_id: UUID, device_id: UUID) -> Pair:
    access, ends = await issue_token(
        work.session, work.runtime, account_id, work.district, post_id, life=ACCESS_LIFE, device_id=device_id
    )
    return Pair(access, ends, new_token(work.district), work.clock.now() + REFRESH_LIFE)


async def _tokens_out(
    work: Work, device_id: UUID, pair: Pair, holding: Holding, missing: Sequence[int] = ()
) -> DeviceTokens:
    return DeviceTokens(
        device_id=device_id, access_token=pair.access, access_ends_at=pair.access_ends_at,
        refresh_token=pair.refresh, refresh_ends_at=pair.refresh_ends_at, scope_epoch=holding.epoch,
        store_epoch=await store_epoch(work), server_time=work.clock.now(), outbox_key=public_key(work.keys),
        missing_seqs=list(missing),
    )  # fmt: skip


async def store_epoch(work: Work) -> UUID:
    """Which life of the store this is: changes on a restore only."""
    found = await work.session.scalar(select(StoreEpoch.epoch).order_by(StoreEpoch.since.desc()).limit(1))
    return UUID(str(found))


async def refresh(work: Work, token: str) -> DeviceTokens | None:
    """New tokens for a refresh token. The one before the last is an honest repeat as long as nobody has used what
    was given for the last; after that it is a theft: the phone is revoked, and the answer is None.
    """
    hashed = token_hash(token)
    mine = (Device.refresh_hash == hashed) | (Device.refresh_before == hashed)
    query = select(Device).where(mine).with_for_update().execution_options(unscoped=True)
    device = await work.session.scalar(query)
    now = work.clock.now()
    if device is None or device.revoked_at is not None or now >= device.refresh_ends_at:
        raise RefreshRefused
    if await work.session.scalar(select(Account.disabled_at).where(Account.id == device.account_id)) is not None:
        raise RefreshRefused
    last = bytes(device.refresh_hash or b"") == hashed
    if not last and device.seen_at > device.refreshed_at:
        await _end(work, device, "stolen", by=None)
        return None
    await _end_tokens(work, device.id)
    pair = await _pair(work, device.account_id, device.post_id, device.id)
    device.refresh_before = hashed
    device.refresh_hash, device.refresh_ends_at = token_hash(pair.refresh), pair.refresh_ends_at
    device.refreshed_at = device.seen_at = now
    await work.session.flush()
    bearer = Bearer(device.account_id, device.post_id, work.district, device.id)
    standing = await standing_of(work.session, bearer, now)
    scope = NOTHING if standing is None else scope_of(standing)
    return await _tokens_out(work, device.id, pair, await holding_for(work, device.post_id, scope))


async def seen(work: Work) -> None:
    """That the phone has used its access token: at most once a minute, and at once after a refresh."""
    now = work.clock.now()
    stale = (Device.seen_at <= Device.refreshed_at) | (Device.seen_at < now - SEEN_EVERY)
    later = now + timedelta(microseconds=1)  # after a refresh of this very instant too
    mine = update(Device).where(Device.id == work.actor.device_id, stale).values(seen_at=later)
    await work.session.execute(mine.execution_options(synchronize_session=False, unscoped=True))


async def revoke(work: Work, device_id: UUID) -> Device:
    """By its holder or by an office whose ground its post is on: its next call is refused, on every process."""
    device = await work.session.scalar(select(Device).where(Device.id == device_id).with_for_update())
    if device is None:
        raise NotFound
    if device.revoked_at is None:
        await _end(work, device, "office", by=work.actor.account_id)
    return device


async def _end(work: Work, device: Device, why: str, by: UUID | None) -> None:
    device.revoked_at, device.revoked_by = work.clock.now(), by
    await _end_tokens(work, device.id)
    await note(work, device, Act("revoke", "active", "revoked", {"why": why}), events.DeviceRevoked, why=why)
    log().info("device_revoked", device_id=str(device.id), why=why, district=work.district)


async def _end_tokens(work: Work, device_id: UUID) -> None:
    live = update(Token).where(Token.device_id == device_id, Token.revoked_at.is_(None))
    await work.session.execute(live.values(revoked_at=work.clock.now()))


async def note(work: Work, device: Device, act: Act, event: type[events.OfDevice], **more: Any) -> None:
    """One act on the trail of a locked phone, and its event."""
    (row,) = chain(work, KIND, device.id, (device.version, bytes(device.trail_hash)), [act], work.clock.now())
    device.version, device.trail_hash = row["seq"], row["hash"]
    await work.session.flush()
    ground = {"street_id": device.street_id, "community_id": device.community_id, "grid_id": device.grid_id}
    said = event(device.id, row["at"], device.post_id, **ground, **more)
    await work.append({Trail: [row], Outbox: [work.outbox_row(said, row["seq"])]})


async def wiped(work: Work, device_id: UUID) -> None:
    """The phone says that nothing is left on it; said twice it is the same."""
    device = await own(work, device_id)
    if device.wiped_at is None:
        device.wiped_at = work.clock.now()
        state = "revoked" if device.revoked_at else "active"
        why = "revoked" if device.revoked_at else "signed_off"
        await note(work, device, Act("wipe", state, "wiped", {}), events.DeviceWiped, why=why)


async def own(work: Work, device_id: UUID) -> Device:
    """The caller's own phone, locked; it is known by its token, not by a ground."""
    if device_id != work.actor.device_id:
        raise NotYours
    query = select(Device).where(Device.id == device_id).with_for_update()
    device: Device | None = await work.session.scalar(query.execution_options(unscoped=True))
    if device is None:
        raise NotFound
    return device


async def enrolled_at(work: Work) -> datetime | None:
    """Since when the caller's phone is known."""
    mine = select(Device.enrolled_at).where(Device.id == work.actor.device_id)
    found: datetime | None = await work.session.scalar(mine.execution_options(unscoped=True))
    return found


async def ground_of(work: Work, device_id: UUID | None) -> dict[str, UUID | None]:
    """Where the post of a phone was when it was enrolled."""
    ground = select(Device.street_id, Device.community_id, Device.grid_id).where(Device.id == device_id)
    return dict((await work.session.execute(ground.execution_options(unscoped=True))).one()._asdict())


async def state_of(work: Work) -> DeviceState:
    """What the phone asks on every foreground."""
    return DeviceState(
        device_id=UUID(str(work.actor.device_id)), state="active", wipe=False,
        scope_epoch=(await holding_of(work)).epoch, store_epoch=await store_epoch(work),
        server_time=work.clock.now(),
    )  # fmt: skip


async def listed(work: Work) -> list[DeviceOut]:
    """The phones on the caller's ground, newest first."""
    devices: Sequence[Device] = (
        await work.session.scalars(select(Device).order_by(Device.enrolled_at.desc(), Device.id))
    ).all()
    waiting = select(SealedOutbox.device_id).where(SealedOutbox.decided_at.is_(None))
    handed_in = set((await work.session.scalars(waiting)).all())
    shown = [DeviceOut.model_validate(device) for device in devices]
    return [one.model_copy(update={"waiting_outbox": one.id in handed_in}) for one in shown]
