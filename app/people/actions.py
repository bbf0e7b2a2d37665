"""Verbs about people: register, appoint, leave, sign in and out, and the rows every office needs."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import GENESIS
from app.core.crypto import new_token, token_hash
from app.core.errors import Conflict, Invalid, NotFound
from app.core.work import Runtime, Work
from app.grid.models import Area, AreaLevel
from app.people.models import Absence, Account, Membership, Post, Rank, Role, Token, Unit, UnitKind

PASSWORDS = PasswordHash.recommended()
TOKEN_LIFE = timedelta(hours=12)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
FEWEST_DIFFERENT = 5
COMMON = """password passw0rd passwort qwerty qwertyuiop qwert asdfgh asdfghjkl zxcvbnm qazwsx qazwsxedc
1qaz2wsx 1q2w3e4r 1q2w3e4r5t iloveyou woaini woaini1314 admin administrator root test user guest welcome letmein
login master hello dragon monkey football sunshine princess abc abcabc abcd aa qq wangge wanggewangge wanggeyuan
shequ jiedao kunming chenggong china zhongguo zaqxsw a1b2c3d4"""
WORN_OUT = frozenset(COMMON.split())  # the stems everybody tries, with digits or signs around them
LONG_ENOUGH = 16  # digits or a common word this long are no longer guessed in thirty tries
AROUND = "0123456789!@#$%^&*()-_=+.,?~ "


class UsernameTaken(Conflict):
    """The login name belongs to somebody."""

    code = "username_taken"
    zh = "登录名已被使用。"
    en = "The login name is taken."


class WeakPassword(Invalid):
    """Too short, too long, or a word everybody tries."""

    code = "weak_password"
    zh = "密码应为 {shortest} 至 {longest} 个字符,不能是常见密码,也不能包含登录名。"
    en = "A password has {shortest} to {longest} characters, is not a common one and does not hold the login name."


@dataclass(frozen=True)
class Ground:
    """What a post is over: an area or a unit, never both."""

    area_id: UUID | None = None
    unit_id: UUID | None = None


def hash_password(password: str, username: str) -> str:
    """Argon2id; `WeakPassword` for what anybody would guess. Any script, no truncation."""
    spelled = unicodedata.normalize("NFKC", password)  # the same word typed on another keyboard is the same
    fits = SHORTEST_PASSWORD <= len(spelled) <= LONGEST_PASSWORD
    if not fits or _is_guessable(spelled.lower(), username.lower()):
        raise WeakPassword("password", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    return PASSWORDS.hash(spelled)


def is_password(password: str, hashed: str) -> bool:
    """Whether it is the password behind the hash; slow on purpose, so call it in a thread."""
    return PASSWORDS.verify(unicodedata.normalize("NFKC", password), hashed)


def _is_guessable(password: str, username: str) -> bool:
    stem = password.strip(AROUND)
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    plain = not stem or stem in WORN_OUT or password in WORN_OUT
    few = len(set(password)) < FEWEST_DIFFERENT
    return few or steps in ({1}, {-1}) or (plain and len(password) < LONG_ENOUGH) or username in password


async def register_account(
    session: AsyncSession, runtime: Runtime, username: str, display_name: str, password: str
) -> UUID:
    """A new login in the directory; `UsernameTaken` when there is one of that name."""
    now = runtime.clock.now()
    row = {
        "id": runtime.ids.new(now),
        "username": username,
        "display_name": display_name,
        "work_phone": None,
        "password_hash": hash_password(password, username),
        "disabled_at": None,
        "created_at": now,
    }
    made = await session.scalar(insert(Account).values(row).on_conflict_do_nothing().returning(Account.id))
    if made is None:
        raise UsernameTaken("username")
    return UUID(str(made))


async def join_district(session: AsyncSession, account_id: UUID, district: str, now: datetime) -> None:
    """Note that an account has posts in a district; harmless when known."""
    row = {"account_id": account_id, "district": district, "since": now}
    await session.execute(insert(Membership).values(row).on_conflict_do_nothing())


async def appoint(work: Work, account_id: UUID, role: Role, ground: Ground, rank: Rank = Rank.A) -> UUID:
    """A post from now on."""
    post_id = work.new_id()
    row = {
        "id": post_id,
        "account_id": account_id,
        "role": role,
        "area_id": ground.area_id,
        "unit_id": ground.unit_id,
        "rank": rank,
        "valid_from": work.clock.now(),
        "valid_to": None,
        "version": 0,
        "trail_hash": GENESIS,
    }
    await work.put(Post, [row])
    return post_id


async def end_post(work: Work, post_id: UUID) -> None:
    """The post ends now; its tokens stop with the next call, because standing is read on each."""
    now = work.clock.now()
    ended = update(Post).where(Post.id == post_id, Post.valid_to.is_(None)).values(valid_to=now)
    if (await work.session.execute(ended.returning(Post.id))).first() is None:
        raise NotFound("post")


async def leave(
    work: Work, post_id: UUID, until: datetime, deputy_id: UUID | None, since: datetime | None = None
) -> None:
    """The holder is away from `since` or now until then; the deputy acts through the same post."""
    row = {"post_id": post_id, "starts_at": since or work.clock.now(), "ends_at": until, "deputy_id": deputy_id}
    await work.put(Absence, [row])


async def issue_token(
    session: AsyncSession, runtime: Runtime, account_id: UUID, district: str, post_id: UUID, *,
    life: timedelta | None = None, device_id: UUID | None = None,
) -> tuple[str, datetime]:  # fmt: skip
    """A fresh token and when it ends; only its hash is stored. A phone's lives shorter and ends with the phone."""
    now = runtime.clock.now()
    token = new_token(district)
    row: dict[str, Any] = {
        "hash": token_hash(token),
        "account_id": account_id,
        "district": district,
        "post_id": post_id,
        "device_id": device_id,
        "issued_at": now,
        "expires_at": now + (life or TOKEN_LIFE),
        "revoked_at": None,
    }
    await session.execute(insert(Token).values(row))
    return token, row["expires_at"]


async def revoke_token(session: AsyncSession, token: str, now: datetime) -> None:
    """This token ends now."""
    await session.execute(update(Token).where(Token.hash == token_hash(token)).values(revoked_at=now))


async def disable_account(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """No further sign-in, and every session ends now."""
    await session.execute(update(Account).where(Account.id == account_id).values(disabled_at=now))
    await revoke_all(session, account_id, now)


async def revoke_all(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """Every token of an account ends now."""
    live = update(Token).where(Token.account_id == account_id, Token.revoked_at.is_(None))
    await session.execute(live.values(revoked_at=now))


async def ensure_units(work: Work) -> int:
    """A unit row for each street and community that has none yet; returns how many were made (DESIGN 3)."""
    offices = (AreaLevel.STREET, AreaLevel.COMMUNITY)
    have = select(Unit.area_id).where(Unit.area_id.is_not(None))
    missing = await work.session.execute(
        select(Area.id, Area.code, Area.name)
        .where(Area.level.in_([str(level) for level in offices]), Area.valid_to.is_(None), Area.id.not_in(have))
        .order_by(Area.code)
    )
    rows = [unit_row(work, UnitKind.OFFICE, code, name, area_id) for area_id, code, name in missing]
    if rows:
        await work.put(Unit, rows)
    return len(rows)


def unit_row(work: Work, kind: UnitKind, code: str, name: str, area_id: UUID | None = None) -> dict[str, Any]:
    """The row of a unit."""
    fixed = {"vertical": False, "dissolved_at": None}
    return {"id": work.new_id(), "kind": kind, "code": code, "name": name, "area_id": area_id, **fixed}


async def add_units(work: Work, kind: UnitKind, named: Iterable[tuple[str, str]]) -> None:
    """Units by (code, name); those whose code is there already are left as they are."""
    rows = [unit_row(work, kind, code, name) for code, name in named]
    await work.session.execute(insert(Unit).values(rows).on_conflict_do_nothing())
