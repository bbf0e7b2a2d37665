"""A bad network between a phone and the service (SYNC 3f): each fault meets one request and says that it did.

The same faults stand before the application in this process (`Network.before`) and, byte for byte, before a real
server (`Proxy`). A fault that never fired voids its test: `Network.spent` is asserted by every one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self, cast

from app.core.work import Work

PORTAL = "<html><title>免费无线网络</title><p>请先登录</p></html>".encode()
BLANK = b"\r\n\r\n"


class Kind(StrEnum):
    """What can happen to a request on its way."""

    LOSE = "lose"  # it never arrives
    DROP_ANSWER = "drop_answer"  # the service has done it, the answer is lost
    CUT_BODY = "cut_body"  # the connection ends at half the bytes of the body
    CUT_ANSWER = "cut_answer"  # ... of the answer
    SAY = "say"  # the gateway answers `status` itself, the service hears nothing
    SAY_AFTER = "say_after"  # ... while the service goes on and does it
    PORTAL = "portal"  # 200 with somebody's HTML
    HOLD = "hold"  # it arrives after the next request has been answered
    TWICE = "twice"  # it arrives twice at once


class Cut(ConnectionError):
    """The connection ended without an answer."""


@dataclass
class Request:
    """A request with its body, as the network sees it."""

    method: str
    path: str
    head: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """An answer; `headers` by lower-case name."""

    status_code: int
    headers: dict[str, str]
    content: bytes


Forward = Callable[[Request], Awaitable[Reply]]


@dataclass
class Fault:
    """It meets the first request to `path` after `after` others; `status` is what a gateway says."""

    kind: Kind
    path: str = "/sync/push"
    after: int = 0
    status: int = 504
    fired: int = 0

    def meets(self, request: Request) -> bool:
        if self.fired or self.path not in request.path:
            return False
        self.after -= 1
        return self.after < 0


@dataclass
class Network:
    """The faults to come, in order, and how often a request has reached the service."""

    faults: list[Fault] = field(default_factory=list)
    arrived: int = 0
    held: list[asyncio.Event] = field(default_factory=list)

    def next(self, kind: Kind, path: str = "/sync/push", **more: Any) -> Fault:
        """Let the next request to `path` meet this."""
        self.faults.append(Fault(kind, path, **more))
        return self.faults[-1]

    @property
    def spent(self) -> bool:
        """Whether there were faults and all of them have fired."""
        return bool(self.faults) and all(fault.fired for fault in self.faults)

    async def carry(self, request: Request, forward: Forward, half: Forward | None = None) -> Reply:
        """Bring a request to the service and its answer back, or what the next fault makes of it. `half` sends the
        first half of the body and hangs up; a network without bytes loses the request instead.
        """
        fault = next((one for one in self.faults if one.meets(request)), None)
        if fault is None:
            return self._let_go(await self._arrive(request, forward))
        fault.fired += 1
        if fault.kind == Kind.LOSE:
            raise Cut
        if fault.kind == Kind.CUT_BODY:
            if half is not None:
                with suppress(ConnectionError):
                    await half(request)
            raise Cut
        if fault.kind in (Kind.SAY, Kind.PORTAL):
            return _gateway(fault)
        return await self._late(fault, request, forward)

    async def _late(self, fault: Fault, request: Request, forward: Forward) -> Reply:
        """What happens once the service has the request, or when it has it."""
        if fault.kind == Kind.HOLD:
            self.held.append(asyncio.Event())
            await self.held[-1].wait()
        if fault.kind == Kind.TWICE:
            both = (self._arrive(request, forward), self._arrive(request, forward))
            return self._let_go(_last(await asyncio.gather(*both, return_exceptions=True)))
        reply = await self._arrive(request, forward)
        if fault.kind == Kind.DROP_ANSWER:
            raise Cut
        if fault.kind == Kind.SAY_AFTER:
            return _gateway(fault)
        if fault.kind == Kind.CUT_ANSWER:
            return Reply(reply.status_code, reply.headers, reply.content[: len(reply.content) // 2])
        return reply

    def _let_go(self, reply: Reply) -> Reply:
        """Something has been answered: what was held back goes on."""
        for event in self.held:
            event.set()
        return reply

    async def _arrive(self, request: Request, forward: Forward) -> Reply:
        self.arrived += 1
        return await forward(request)

    def before(self, send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """A phone's transport through this network, without bytes on a wire."""

        async def forward(request: Request) -> Reply:
            got = await send(request.method, request.path, headers=request.head, content=request.body)
            return Reply(got.status_code, {key.lower(): value for key, value in got.headers.items()}, got.content)

        async def sending(method: str, path: str, headers: dict[str, str], content: bytes) -> Reply:
            return await self.carry(Request(method, path, headers, content), forward)

        return sending


async def cut_line(work: Work) -> None:
    """The database hangs up on a transaction."""
    await (await work.session.connection()).exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")


def _last(came: Sequence[Reply | BaseException]) -> Reply:
    """The answer to the second copy, once there is no copy under way that could still change something."""
    for one in came:
        if isinstance(one, BaseException):
            raise one
    return cast("Reply", came[-1])


def _gateway(fault: Fault) -> Reply:
    status = 200 if fault.kind == Kind.PORTAL else fault.status
    return Reply(status, {"content-type": "text/html; charset=utf-8"}, PORTAL)


class Proxy:
    """The network as a TCP proxy on a port of its own, before a server on another; one request a connection."""

    def __init__(self, network: Network, port: int) -> None:
        self.network, self.upstream = network, port
        self.port = 0

    async def __aenter__(self) -> Self:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(BLANK)).decode()
            first, *lines = head.strip().split("\r\n")
            method, path, _ = first.split(" ", 2)
            named = dict(line.split(": ", 1) for line in lines)
            body = await reader.readexactly(int(_of(named, "content-length") or 0))
            reply = await self.network.carry(Request(method, path, named, body), self._forward, self._half)
            whole = int(reply.headers.get("content-length", len(reply.content)))
            said = {**reply.headers, "content-length": str(whole), "connection": "close"}
            writer.write(_text(f"HTTP/1.1 {reply.status_code} said", said) + reply.content)
            await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _forward(self, request: Request) -> Reply:
        return await self._exchange(request, len(request.body))

    async def _half(self, request: Request) -> Reply:
        return await self._exchange(request, len(request.body) // 2)

    async def _exchange(self, request: Request, most: int) -> Reply:
        """One request by a connection of its own; its body ends at `most` bytes, whatever its head says."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            named = {name: value for name, value in request.head.items() if name.lower() != "connection"}
            head = _text(f"{request.method} {request.path} HTTP/1.1", {**named, "Connection": "close"})
            writer.write(head + request.body[:most])
            await writer.drain()
            if most < len(request.body):
                raise Cut
            raw = await reader.read()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        head, found, content = raw.partition(BLANK)
        if not found:
            raise Cut  # killed before it could answer
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if len(content) < int(headers.get("content-length", 0)) and request.method != "HEAD":
            raise Cut
        return Reply(int(first.split(" ")[1]), headers, content)


def _of(named: dict[str, str], name: str) -> str | None:
    return next((value for key, value in named.items() if key.lower() == name), None)


def _text(first: str, named: dict[str, str]) -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in named.items())]).encode() + BLANK
