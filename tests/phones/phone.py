"""The reference client: a phone's outbox, copy and clocks, as SYNC 3 wants them of any client.

It keeps what it has entered until the service has answered for it, and once more for a week (the sent tail); it
applies a page and its cursor together, and never trusts its own wall clock. The web client does the same.
"""

import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import httpx2

from app.core.ids import SystemIds
from app.sync.sealing import seal_outbox
from tests.phones.ticking import PhoneClock

MOST_OPS = 50
TAIL = timedelta(days=7)


class Answer(Protocol):
    """What a transport gives back."""

    status_code: int
    content: bytes
    headers: Any


Send = Callable[..., Awaitable[Answer]]


class Offline(Exception):  # a state, not a fault of the client
    """No answer that is ours: nothing is cleared, everything is tried again later."""


@dataclass
class Outgoing:
    """One operation in the outbox: immutable from the moment it was entered."""

    body: dict[str, Any]
    status: str = "new"
    code: str | None = None
    sent_at: datetime | None = None

    @property
    def id(self) -> str:
        return str(self.body["op_id"])


def canonical(said: Any) -> str:
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def reseal(body: dict[str, Any]) -> None:
    """Put the digest of an operation's canonical form beside it."""
    body.pop("sha256", None)
    body["sha256"] = hashlib.sha256(canonical(body).encode()).hexdigest()


@dataclass
class Phone:
    """One phone. `send(method, path, headers=, content=)` is the network."""

    send: Send
    clock: PhoneClock
    post_id: str = ""
    device_id: str = ""
    access: str = ""
    refresh_token: str = ""
    outbox: list[Outgoing] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    attention: list[Outgoing] = field(default_factory=list)
    copy: dict[tuple[str, str], tuple[int | None, dict[str, Any]]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    cursor: str | None = None
    manifest: dict[str, Any] = field(default_factory=dict)
    store_epoch: str | None = None
    seq: int = 0
    offset: timedelta | None = None
    contact_at: str | None = None
    outbox_key: str = ""
    photos: dict[str, bytes] = field(default_factory=dict)
    sent_photos: dict[str, tuple[datetime, bytes]] = field(default_factory=dict)
    missing: list[int] = field(default_factory=list)
    revoked: bool = False
    locked: bool = False
    store_lost: bool = False
    warned: int = 0
    ids: SystemIds = field(default_factory=SystemIds)

    # -- the network ------------------------------------------------------------------------------------------

    async def call(self, method: str, path: str, said: Any = None, token: str | None = None, **more: str) -> Any:
        """One call; `Offline` for anything that is not an answer of ours. `said`: JSON, or bytes as such."""
        headers = {"Authorization": f"Bearer {token or self.access}"} if token or self.access else {}
        content = said if isinstance(said, bytes) else b""
        if said is not None and not isinstance(said, bytes):
            content = json.dumps(said).encode()
            headers["Content-Type"] = "application/json"
        sent_at = self.clock.wall()
        try:
            answer = await self.send(method, f"/api/v1{path}", headers=headers | more, content=content)
        except (httpx2.TransportError, ConnectionError):
            raise Offline(path) from None
        kind = str(answer.headers.get("content-type", ""))
        ours = kind.startswith(("application/json", "application/problem+json"))
        if answer.status_code not in (204, 304) and not ours:
            raise Offline(path)  # a captive portal, a gateway
        try:
            body = json.loads(answer.content) if answer.content else {}
        except ValueError:
            raise Offline(path) from None  # cut short
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Offline(str(body.get("code")))
        if isinstance(body, dict) and "server_time" in body:
            server = datetime.fromisoformat(body["server_time"])
            self.offset, self.contact_at = server - sent_at, body["server_time"]
        return answer.status_code, body

    async def signed(self, method: str, path: str, said: Any = None, **more: str) -> Any:
        """A call that renews the access token once when it has run out; without a new one its holder has to
        sign in again, which costs nothing of what has been entered.
        """
        status, body = await self.call(method, path, said, **more)
        if status == 401 and body["code"] == "token_expired" and await self.renew():
            status, body = await self.call(method, path, said, **more)
        if status == 403 and body["code"] == "device_revoked":
            self.revoked = True
        return status, body

    async def enrol(self, staff_token: str, post_id: Any) -> None:
        """Sign the phone on; its former enrolment is named, so that what a cleared store has lost is known."""
        said: dict[str, Any] = {"name": "红米", "app_build": "test-1"}
        if self.device_id:
            lost = self.store_lost
            said["previous"] = {"device_id": self.device_id, "last_seq": self.seq, "store_lost": lost}
        status, body = await self.call("POST", "/devices", said, staff_token)
        assert status == 201, body
        self.post_id, self.locked, self.store_lost = str(post_id), False, False
        self._take_tokens(body)
        self.missing = list(body["missing_seqs"])

    def _take_tokens(self, body: dict[str, Any]) -> None:
        self.device_id, self.access, self.refresh_token = (
            body["device_id"], body["access_token"], body["refresh_token"],
        )  # fmt: skip
        self.outbox_key = body["outbox_key"]
        self.store_epoch = self.store_epoch or body["store_epoch"]

    async def renew(self) -> bool:
        status, body = await self.call(
            "POST", "/devices/refresh", {"refresh_token": self.refresh_token}, token="-"
        )
        if status == 200:
            self._take_tokens(body)
        self.locked = status == 401
        return not self.locked

    def lose_store(self) -> None:
        """The browser has cleared its database; a marker elsewhere still says who it was and how far it came."""
        self.outbox, self.sent, self.attention = [], [], []
        self.photos, self.sent_photos = {}, {}
        self.copy, self.cursor, self.access, self.refresh_token = {}, None, "", ""
        self.store_lost = True

    # -- entering ---------------------------------------------------------------------------------------------

    def enter(
        self, type_: str, entity_id: str, payload: dict[str, Any], *, base_rev: int | None = None,
        depends_on: tuple[str, ...] = (), op_id: str | None = None, **more: Any,
    ) -> Outgoing:  # fmt: skip
        """An operation, kept before anything else happens."""
        self.seq += 1
        body: dict[str, Any] = {
            "op_id": op_id or self.fresh(), "seq": self.seq, "type": type_, "entity": type_.partition(".")[0],
            "entity_id": entity_id, "base_rev": base_rev, "occurred_at": self.clock.wall().isoformat(),
            "clock": self._clock(), "schema": 1, "form_version": f"{type_}@1", "assignment_id": self.post_id,
            "depends_on": list(depends_on), "geo": None, "payload": payload, **more,
        }  # fmt: skip
        reseal(body)
        made = Outgoing(body)
        self.outbox.append(made)
        return made

    def visit(self, household: Any, result: str = "met", **more: Any) -> Outgoing:
        payload = {"household_id": str(household), "result": result, "way": "door"} | more
        return self.enter("visit.create", self.fresh(), payload)

    def patrol(self, list_id: str, findings: list[dict[str, Any]]) -> Outgoing:
        return self.enter("patrol.create", self.fresh(), {"list_id": list_id, "findings": findings})

    def household(self, dwelling: str, *people: dict[str, Any], **more: Any) -> Outgoing:
        payload = {"dwelling_id": dwelling, "residents": list(people)} | more
        return self.enter("household.create", self.fresh(), payload)

    def fresh(self) -> str:
        return str(self.ids.new(self.clock.true_now()))

    def _clock(self) -> dict[str, Any]:
        offset = None if self.offset is None else int(self.offset.total_seconds() * 1000)
        return {
            "session": self.clock.session, "mono_ms": self.clock.mono_ms(), "offset_ms": offset,
            "contact_at": self.contact_at,
        }  # fmt: skip

    # -- sending ----------------------------------------------------------------------------------------------

    def envelope(self, ops: list[Outgoing]) -> dict[str, Any]:
        return {
            "device_id": self.device_id, "batch_id": self.fresh(), "sent_at": self.clock.wall().isoformat(),
            "clock": self._clock(), "ops": [one.body for one in ops],
        }  # fmt: skip

    async def push(self, most: int = MOST_OPS) -> list[dict[str, Any]]:
        """The next batch; an unanswered one stays as it is. What waits does not stand before what is new."""
        ops = sorted(self.outbox, key=lambda one: one.status == "waiting")[:most]
        if not ops:
            return []
        status, body = await self.signed("POST", "/sync/push", self.envelope(ops))
        if body.get("code") in ("bad_envelope", "body_too_large"):
            if len(ops) > 1:
                return [*await self.push(len(ops) // 2), *await self.push(len(ops) - len(ops) // 2)]
            return self._set_aside(ops[0], body["code"])
        if status != 200:
            return []
        if "results" not in body:
            raise Offline("/sync/push")  # somebody else's JSON
        self.warned += bool(body["clock_warning"])
        self.settle(ops, body["results"])
        self._epoch(body["store_epoch"])
        return list(body["results"])

    def _set_aside(self, one: Outgoing, code: str) -> list[dict[str, Any]]:
        """One operation that no envelope can carry: shown to its holder, out of the way of the others."""
        result = {"op_id": one.id, "status": "rejected", "code": code}
        self.settle([one], [result])
        return [result]

    def settle(self, ops: list[Outgoing], results: list[dict[str, Any]]) -> None:
        """What was answered for leaves the outbox for the sent tail; what was refused is shown."""
        by_id = {one.id: one for one in ops}
        for result in results:
            one = by_id.get(str(result["op_id"]))
            if one is None or one not in self.outbox:
                continue  # another answer came first
            one.status, one.code = result["status"], result.get("code")
            if result.get("redirect"):
                self.redirects[result["redirect"]["from"]] = result["redirect"]["to"]
            if one.status == "rejected" and one not in self.attention:
                self.attention.append(one)
            if one.status not in ("waiting", "retry"):
                self.outbox.remove(one)
                one.sent_at = self.clock.true_now()
                self.sent.append(one)
        self.sent = [one for one in self.sent if one.sent_at and self.clock.true_now() - one.sent_at < TAIL]

    def _epoch(self, epoch: str) -> None:
        """A restored store has forgotten what was sent since: send the tail again, before anything else."""
        if self.store_epoch is not None and epoch != self.store_epoch:
            again, self.sent = self.sent, []
            self.outbox = [*again, *self.outbox]
            self.photos |= {name: data for name, (_, data) in self.sent_photos.items()}
            self.sent_photos, self.cursor = {}, None
        self.store_epoch = epoch

    async def send_photos(self) -> None:
        """What has arrived already is asked for first, so that a lost answer costs no second sending. Only our own
        answer says that it has: somebody's sign-in page is a 200, too.
        """
        for name, data in list(self.photos.items()):
            bearer = {"Authorization": f"Bearer {self.access}"}
            answer = await self.send("HEAD", f"/api/v1/media/{name}", headers=bearer, content=b"")
            if answer.status_code != 200 or "x-bound" not in answer.headers:
                said = {"X-SHA256": hashlib.sha256(data).hexdigest()}
                status, _ = await self.signed("PUT", f"/media/{name}", data, **said)
                if status != 200:
                    continue
            self.sent_photos[name] = (self.clock.true_now(), self.photos.pop(name))

    async def hand_in(self) -> int:
        """Give the unsent to the service, sealed: before a wipe, or when somebody else signs in here."""
        plain = canonical(self.envelope(self.outbox)).encode()
        blob = seal_outbox(self.outbox_key, plain, secrets.token_bytes(12))
        status, _ = await self.call("PUT", f"/devices/{self.device_id}/outbox", blob)
        return int(status)

    async def sync(self) -> bool:
        """All that one connection allows: what is unsent, photos, what is new. False: offline, nothing is lost."""
        try:
            epoch = None
            while epoch != self.store_epoch:  # of a restored store one learns on the way: then all again
                epoch = self.store_epoch
                await self.flush()
                await self.send_photos()
                if not (self.locked or self.revoked):
                    await self.pull()
        except (Offline, ConnectionError, httpx2.TransportError):
            return False
        return not (self.outbox or self.photos or self.locked or self.revoked)

    async def flush(self, rounds: int = 40) -> None:
        """Push until nothing can be pushed now."""
        for _ in range(rounds):
            before = [one.id for one in self.outbox]
            await self.push()
            if not self.outbox or before == [one.id for one in self.outbox]:
                return

    # -- pulling ----------------------------------------------------------------------------------------------

    async def pull(self, limit: int = 500, pages: int = 200) -> int:
        """Until nothing more is there; the number of changes. What is too old is fetched anew."""
        total = 0
        for _ in range(pages):
            query = f"?limit={limit}" + (f"&cursor={self.cursor}" if self.cursor else "")
            status, body = await self.signed("GET", f"/sync/pull{query}")
            if status == 410:
                self.cursor = None
                self.copy.clear()
                continue
            if self.locked or self.revoked:
                return total
            assert status == 200, body
            self._apply(body)
            total += len(body["changes"])
            if not body["has_more"]:
                return total
        raise AssertionError("the pull does not end")

    def _apply(self, page: dict[str, Any]) -> None:
        if self.cursor is None:
            self.copy.clear()  # a first sync begins: nothing of an older one stays beside it
        for change in page["changes"]:
            key = (change["t"], change["id"])
            if change["k"] == "upsert":
                self.copy[key] = (change.get("rev"), change["d"])
            else:
                self.copy.pop(key, None)
            if change["k"] == "redirect":
                self.redirects[change["id"]] = change["to"]
        self._epoch(page["store_epoch"])
        self.cursor = page["cursor"]

    async def learn(self) -> list[str]:
        """What its forms need: parts whose ETag has changed are fetched anew; their names."""
        known: dict[str, str] = self.manifest.get("etags", {})
        fetched = []
        for part in ("forms", "dictionaries", "policy"):
            said = {"If-None-Match": known[part]} if known else {}
            status, body = await self.signed("GET", f"/sync/manifest?part={part}", **said)
            if status == 200:
                self.manifest |= body
                fetched.append(part)
        return fetched

    def held(self, type_: str) -> dict[str, dict[str, Any]]:
        """The copies of one type by id."""
        return {key: said for (name, key), (_, said) in self.copy.items() if name == type_}

    def digest(self) -> dict[str, tuple[int, str]]:
        """As the service reckons it."""
        found: dict[str, list[str]] = {}
        for (name, key), (rev, _) in self.copy.items():
            found.setdefault(name, []).append(f"{key}:{rev}")
        return {
            name: (len(lines), hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest())
            for name, lines in found.items()
        }

    async def agrees(self) -> bool:
        """Whether the copy is what the service says it should be."""
        status, body = await self.signed("GET", "/sync/digest")
        assert status == 200, body
        said = {name: (one["count"], one["hash"]) for name, one in body["types"].items() if one["count"]}
        return said == self.digest()


def household_of(op: Outgoing) -> UUID:
    return UUID(op.body["payload"]["household_id"])
