"""Photos with the phone's own ids: before, after and at once with their visit, never twice, never lost."""

import asyncio
import hashlib
import io
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import func, select, text

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.models import Role
from app.sync import jobs, media
from app.sync.models import Media
from app.visits.models import VisitPhoto
from tests.phones.conftest import Enrol
from tests.phones.faults import Kind, Network
from tests.phones.phone import Phone
from tests.visits.homes import HERE, homes, needing, on_duty, tasks, visit_rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def photos(runtime: Runtime) -> list[VisitPhoto]:
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(VisitPhoto)))


async def kept(runtime: Runtime) -> list[Media]:
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(Media)))


def taken(phone: Phone, jpeg: bytes) -> tuple[str, list[dict[str, str]]]:
    name = phone.fresh()
    phone.photos[name] = jpeg
    return name, [{"media_id": name}]


async def test_photo_before_visit(phone_of: Enrol, runtime: Runtime, clock: FixedClock, jpeg: bytes) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    _, named = taken(phone, jpeg)
    orphan, _ = taken(phone, jpeg)
    await phone.send_photos()
    clock.advance(days=6, hours=23)
    async with system_work(runtime, HERE) as work:
        assert await media.sweep(work) == 0, "a week is what it is kept for"
    phone.visit(home, photos=named)
    assert await phone.sync()
    (photo,) = await photos(runtime)
    assert photo.sha256
    assert photo.missing_since is None
    clock.advance(hours=2)
    async with system_work(runtime, HERE) as work:
        await jobs.forget_old(work)
    assert orphan not in [str(one.id) for one in await kept(runtime)], "what nobody names goes after a week"
    assert len(await kept(runtime)) == 1


async def test_photo_before_visit_of_a_post_without_ground(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    """A department's officer sees one household of a list and no ground: the photo is theirs all the same."""
    (home,) = await homes(runtime)
    await on_duty(runtime, home, Role.DEPARTMENT_OFFICER, "chengguan")
    phone = await phone_of(Role.DEPARTMENT_OFFICER, "chengguan")
    name, named = taken(phone, jpeg)
    await phone.send_photos()
    bearer = {"Authorization": f"Bearer {phone.access}"}
    answer = await phone.send("HEAD", f"/api/v1/media/{name}", headers=bearer, content=b"")
    assert answer.status_code == 200, "the phone is told that it has come"
    phone.visit(home, photos=named)
    assert await phone.sync()
    (photo,) = await photos(runtime)
    assert (bool(photo.sha256), photo.missing_since) == (True, None)


async def test_visit_before_photo(phone_of: Enrol, runtime: Runtime, clock: FixedClock, jpeg: bytes) -> None:
    """The visit counts at once; that a photo is missing is known, and ends when it comes."""
    alone = await needing(runtime)
    phone = await phone_of()
    _, named = taken(phone, jpeg)
    phone.visit(alone, photos=named)
    await phone.flush()
    assert (await tasks(runtime, alone))["living_alone_month"] == "covered"
    (photo,) = await photos(runtime)
    assert photo.missing_since is not None
    clock.advance(hours=72)
    assert await phone.sync()
    (photo,) = await photos(runtime)
    assert (photo.missing_since, len(await kept(runtime))) == (None, 1)


async def test_a_portal_says_that_the_photo_has_come(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    """Somebody's 200 on the question whether it is there: the photo is not let go for that."""
    (home,) = await homes(runtime)
    phone, network = await phone_of(), Network()
    phone.send = network.before(phone.send)
    _, named = taken(phone, jpeg)
    phone.visit(home, photos=named)
    network.next(Kind.PORTAL, "/media/")
    assert await phone.sync()
    assert network.spent
    assert len(await kept(runtime)) == 1


async def test_upload_create_lost(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    """The answer to a photo is lost: it is asked for, found, and not sent again."""
    (home,) = await homes(runtime)
    phone, network = await phone_of(), Network()
    phone.send = network.before(phone.send)
    _, named = taken(phone, jpeg)
    phone.visit(home, photos=named)
    network.next(Kind.DROP_ANSWER, "/media/", after=1)  # the first call asks whether it is there
    assert not await phone.sync()
    assert phone.photos, "nothing is cleared without an answer"
    arrived = network.arrived
    assert await phone.sync()
    assert network.arrived - arrived == 2, "a look and a pull, no second upload"
    assert len(await kept(runtime)) == 1
    assert network.spent


async def test_photo_lost_cut_and_twice(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    (home,) = await homes(runtime)
    phone, network = await phone_of(), Network()
    phone.send = network.before(phone.send)
    _, named = taken(phone, jpeg)
    phone.visit(home, photos=named)
    for kind in (Kind.LOSE, Kind.SAY, Kind.CUT_ANSWER, Kind.TWICE):
        network.next(kind, "/media/", after=1, status=503)
        while not network.faults[-1].fired:
            await phone.sync()
            if not phone.photos:
                name = next(iter(phone.sent_photos))
                phone.photos[name] = jpeg
                phone.send, plain = _blind(phone), phone.send
                await phone.sync()
                phone.send = plain
    assert await phone.sync()
    (photo,) = await photos(runtime)
    assert (photo.missing_since, len(await kept(runtime))) == (None, 1)
    assert network.spent


def _blind(phone: Phone) -> Any:
    """A phone that does not ask first."""
    plain = phone.send

    async def send(method: str, path: str, **more: Any) -> Any:
        return await plain("GET" if method == "HEAD" else method, path, **more)

    return send


async def test_checksum_differs(phone_of: Enrol, jpeg: bytes, runtime: Runtime) -> None:
    phone = await phone_of()
    name, said = phone.fresh(), hashlib.sha256(jpeg).hexdigest()
    flipped = jpeg[:-20] + bytes([jpeg[-20] ^ 1]) + jpeg[-19:]
    status, body = await phone.signed("PUT", f"/media/{name}", flipped, **{"X-SHA256": said})
    assert (status, body["code"]) == (422, "wrong_checksum")
    assert await kept(runtime) == []
    status, _ = await phone.signed("PUT", f"/media/{name}", jpeg, **{"X-SHA256": said})
    assert status == 200


async def test_photo_retaken_same_name(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    """Another picture under a known id is refused in words; the first one stays."""
    phone = await phone_of()
    name, _ = taken(phone, jpeg)
    await phone.send_photos()
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 20, 200)).save(out, "JPEG")
    said = {"X-SHA256": hashlib.sha256(out.getvalue()).hexdigest()}
    status, body = await phone.signed("PUT", f"/media/{name}", out.getvalue(), **said)
    assert (status, body["code"]) == (409, "media_id_reused")
    (only,) = await kept(runtime)
    assert only.said_sha256 == hashlib.sha256(jpeg).hexdigest()


async def test_photo_and_visit_at_once(
    phone_of: Enrol, runtime: Runtime, jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The photo has looked for its visit and not found it when that comes: they find one another all the same."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    _, named = taken(phone, jpeg)
    phone.visit(home, photos=named)
    looked, go_on = asyncio.Event(), asyncio.Event()
    looking = media._issue_waiting

    async def slow(*given: Any) -> Any:
        looked.set()
        await go_on.wait()
        return await looking(*given)

    monkeypatch.setattr(media, "_issue_waiting", slow)
    sending = asyncio.create_task(phone.send_photos())
    await looked.wait()
    pushing = asyncio.create_task(phone.push())
    while not (pushing.done() or await locks_waited_for(runtime)):  # noqa: ASYNC110  # the database says it
        await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(sending, pushing)
    (photo,) = await photos(runtime)
    (only,) = await kept(runtime)
    assert (photo.missing_since, only.entity_id) == (None, photo.visit_id)


async def locks_waited_for(runtime: Runtime) -> int:
    async with runtime.engine.connect() as connection:
        query = "select count(*) from pg_locks where not granted and locktype = 'advisory'"
        return int(await connection.scalar(text(query)) or 0)


async def test_photo_of_a_phone_enrolled_anew(phone_of: Enrol, runtime: Runtime, jpeg: bytes) -> None:
    """Sent before the phone had to be enrolled as another one: its visit finds it."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    name, named = taken(phone, jpeg)
    await phone.send_photos()
    again = await phone_of()
    again.visit(home, photos=named)
    again.photos[name] = jpeg
    assert await again.sync()
    (photo,) = await photos(runtime)
    assert photo.missing_since is None
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(func.count(Media.id)).where(Media.id == UUID(name))) == 1
    assert len(await visit_rows(runtime, home)) == 1
