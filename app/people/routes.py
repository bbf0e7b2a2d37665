"""Signing in and out, choosing the active post; units, posts and leave; the duty roster."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select

from app.core.errors import Forbidden, Invalid, Unauthenticated
from app.core.fields import Code
from app.core.http import OPEN_TO_ALL, Credentials, NotSignedIn, RuntimeOf
from app.core.log import log
from app.core.paging import Page
from app.core.scope import NOTHING
from app.core.work import Actor, Runtime, Work, known_as, open_city, open_work
from app.people import actions, duty, handover, keeping, phones, posts, queries, throttle
from app.people.capabilities import Capability
from app.people.handover import HandedOver, HandOver
from app.people.keeping import AbsenceOut, Count, InHand, KeptRole, NewAbsence, NewPost
from app.people.login import AddressOf, StaffWork, held_by, needs
from app.people.models import Account, Membership, Role
from app.people.posts import PostFilter, PostLine, UnitFilter, UnitOut
from app.people.schemas import Login, Me, PostOut, Session, SwitchPost

router = APIRouter(tags=["people"])
NOBODY = actions.PASSWORDS.hash("nobody has this password")  # an unknown name takes as long as a known one


class WrongCredentials(Unauthenticated):
    """Name or password; which of the two is not said."""

    code = "wrong_credentials"
    zh = "登录名或密码不正确。"
    en = "The login name or the password is wrong."


class ChooseDistrict(Invalid):
    """The account works in several districts."""

    code = "choose_district"
    zh = "该账号属于多个区县,请在 district 中选择:{districts}。"
    en = "The account belongs to several districts; choose one in `district`: {districts}."


class NoPost(Forbidden):
    """The account is known but holds no post there now."""

    code = "no_post"
    zh = "该账号当前没有有效岗位。"
    en = "The account holds no post there now."


@router.post("/login", dependencies=[OPEN_TO_ALL])
async def login(form: Login, runtime: RuntimeOf, address: AddressOf) -> Session:
    """Sign in; the token is bound to account, district and post."""
    account = await _check_password(runtime, form, address)
    async with open_city(runtime) as session:
        member = select(Membership.district).where(Membership.account_id == account.id)
        districts = sorted((await session.scalars(member)).all())
    district = form.district or (districts[0] if len(districts) == 1 else None)
    if district is None:
        raise ChooseDistrict("district", districts=", ".join(districts))
    if district not in districts:
        raise NoPost("district")
    actor = Actor("public", account_id=account.id)
    async with open_work(runtime, district, known_as(actor, NOTHING)) as work:
        posts = [PostOut.model_validate(row) for row in await work.session.execute(
            queries.posts_of(account.id, runtime.clock.now())
        )]  # fmt: skip
        post = next((p for p in posts if form.post in (None, p.id)), None)
        if post is None:
            raise NoPost("post")
        token, ends = await actions.issue_token(work.session, runtime, account.id, district, post.id)
        said = await _me(work, account, post, posts)
    log().info("signed_in", account_id=str(account.id), district=district, post_id=str(post.id))
    return Session(token=token, expires_at=ends, me=said)


async def _check_password(runtime: Runtime, form: Login, address: str) -> Account:
    now = runtime.clock.now()
    async with open_city(runtime) as session:
        account = await queries.account_named(session, form.username)
        known = account is not None and await throttle.is_known(session, runtime.keys, account.id, address, now)
        watched = throttle.buckets(runtime.keys, form.username, address, known=known)
        await throttle.admit(session, watched, now)
    expected = account.password_hash if account else NOBODY
    right = await anyio.to_thread.run_sync(actions.is_password, form.password, expected)
    if account is None or not right or account.disabled_at is not None:
        log().info("sign_in_refused", account_id=str(account.id) if account else None)
        raise WrongCredentials
    async with open_city(runtime) as session:
        await throttle.forgive(session, runtime.keys, watched, account.id, address, now)
    return account


async def _me(work: Work, account: Account, post: PostOut, posts: list[PostOut]) -> Me:
    return Me(
        account_id=account.id,
        username=account.username,
        display_name=account.display_name,
        district=work.district,
        post=post,
        posts=posts,
        capabilities=await held_by(work, Role(post.role), post.id),
    )


@router.post("/logout", status_code=204, dependencies=[needs(Capability.BE_SIGNED_IN)])
async def logout(work: StaffWork, credentials: Credentials) -> None:
    """The token ends at once, on every process."""
    if credentials is None:
        raise NotSignedIn
    await actions.revoke_token(work.session, credentials.credentials, work.clock.now())


@router.get("/me", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def me(work: StaffWork) -> Me:
    """Who is signed in, in which post, and which other posts there are."""
    return await _read_me(work)


async def _read_me(work: StaffWork) -> Me:
    account = await work.session.get_one(Account, work.actor.account_id)
    rows = await work.session.execute(queries.posts_of(account.id, work.clock.now()))
    posts = [PostOut.model_validate(row) for row in rows]
    return await _me(work, account, next(p for p in posts if p.id == work.actor.post_id), posts)


@router.post("/me/post", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def switch_post(form: SwitchPost, work: StaffWork, credentials: Credentials) -> Session:
    """Act in another post from now on: a new token, the old one ends."""
    if credentials is None or work.actor.account_id is None:
        raise NotSignedIn
    said = await _read_me(work)
    post = next((p for p in said.posts if p.id == form.post), None)
    if post is None:
        raise NoPost("post")
    await actions.revoke_token(work.session, credentials.credentials, work.clock.now())
    token, ends = await actions.issue_token(
        work.session, work.runtime, work.actor.account_id, work.district, post.id
    )
    held = await held_by(work, Role(post.role), post.id)
    return Session(token=token, expires_at=ends, me=said.model_copy(update={"post": post, "capabilities": held}))


@router.get("/units", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def list_units(work: StaffWork, wanted: Annotated[UnitFilter, Query()]) -> list[UnitOut]:
    """Units by a part of their name or code."""
    return await posts.units(work, wanted)


@router.get("/posts", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def list_posts(work: StaffWork, wanted: Annotated[PostFilter, Query()]) -> Page[PostLine]:
    """Who holds which post: in full on one's own ground; above, beside and of units whom to turn to."""
    items, following = await posts.page(work, wanted)
    return Page(items=items, next_cursor=following)


@router.get("/posts/roles", dependencies=[needs(Capability.KEEP_POSTS)])
async def list_kept_roles(work: StaffWork) -> list[KeptRole]:
    """The roles one may give on one's own ground, and over what."""
    return keeping.kept_roles(work)


@router.post("/posts", status_code=201, dependencies=[needs(Capability.KEEP_POSTS)])
async def appoint(form: NewPost, work: StaffWork) -> PostLine:
    """Give an account a post on one's own ground, from now on; nobody appoints himself."""
    return await keeping.appoint(work, form)


async def _counts(request: Request) -> Mapping[str, Count]:
    found: Mapping[str, Count] = request.app.state.in_hand
    return found


Counts = Annotated[Mapping[str, Count], Depends(_counts)]


async def _hands(request: Request) -> handover.Hands:
    found: handover.Hands = request.app.state.handed_over
    return found


Handing = Annotated[handover.Hands, Depends(_hands)]


@router.post("/posts/{post_id}/end", dependencies=[needs(Capability.KEEP_POSTS)])
async def end_post(post_id: UUID, work: StaffWork, hands: Handing, to: UUID | None = None) -> PostLine:
    """The post ends now: orders and report-ins go to a colleague's post `to`, issues to the next on the ladder."""
    return await handover.end(work, post_id, to, hands)


@router.post("/me/handover", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def hand_over(form: HandOver, work: StaffWork, hands: Handing) -> HandedOver:
    """All open orders and report-ins of one's own post to a colleague's, in one act; sent twice they move once."""
    return await handover.hand_over_own(work, form, hands)


async def _absence(work: Work, line: PostLine, until: datetime, counts: Counts) -> AbsenceOut:
    in_hand = {name: await count(work, line.id, until) for name, count in counts.items()}
    return AbsenceOut(post=line, in_hand=InHand(**in_hand))


@router.post("/posts/{post_id}/absence", status_code=201, dependencies=[needs(Capability.KEEP_POSTS)])
async def begin_absence(post_id: UUID, form: NewAbsence, work: StaffWork, counts: Counts) -> AbsenceOut:
    """The holder is away until then; the deputy acts through the same post. Says what it has in hand."""
    return await _absence(work, await keeping.leave(work, post_id, form), form.until, counts)


@router.post("/posts/{post_id}/absence/end", dependencies=[needs(Capability.KEEP_POSTS)])
async def end_absence(post_id: UUID, work: StaffWork) -> PostLine:
    """The holder is back."""
    return await keeping.come_back(work, post_id)


@router.post("/me/absence", status_code=201, dependencies=[needs(Capability.BE_SIGNED_IN)])
async def begin_own_absence(form: NewAbsence, work: StaffWork, counts: Counts) -> AbsenceOut:
    """Leave from one's own active post. Says what the deputy finds."""
    return await _absence(work, await keeping.leave_own(work, form), form.until, counts)


@router.post("/me/absence/end", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def end_own_absence(work: StaffWork) -> PostLine:
    """Back in one's own active post."""
    return await keeping.come_back_own(work)


@router.put("/me/work-phone", status_code=204, dependencies=[needs(Capability.BE_SIGNED_IN)])
async def give_work_phone(form: phones.WorkPhone, work: StaffWork) -> None:
    """The number residents may call, on every sign of one's ground; null takes it off them."""
    if work.actor.account_id is None:
        raise NotSignedIn
    await phones.give(work.session, work.keys, work.actor.account_id, form.phone)


@router.get("/duty", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def duty_roster(unit: Code, work: StaffWork) -> list[duty.ShiftOut]:
    """Who is on duty for a unit from now on, and the number to call."""
    return await duty.roster(work, unit)


@router.post("/duty", status_code=201, dependencies=[needs(Capability.KEEP_ROSTER)])
async def add_shift(form: duty.NewShift, work: StaffWork) -> duty.ShiftOut:
    """Put a shift on the roster of one's own unit."""
    return await duty.add_shift(work, form)
