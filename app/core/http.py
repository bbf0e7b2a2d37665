"""The HTTP edge: problems to statuses on one page, request ids, metrics, headers; what every route may ask for.

Problems are RFC 9457 documents with a stable `code`, a Chinese and an English title, and the field at fault.
"""

import time
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    InvalidField,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from app.core.ids import SystemIds
from app.core.log import log, where
from app.core.work import Runtime

TOO_LARGE = 413
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
]
REASONS: dict[str, tuple[str, str]] = {
    "missing": ("必填", "it is required"),
    "extra_forbidden": ("不认识的字段", "this field is unknown"),
    "string_too_long": ("超过 {max_length} 个字符", "longer than {max_length} characters"),
    "string_too_short": ("不能为空", "it may not be empty"),
    "string_pattern_mismatch": ("格式不对", "it has the wrong form"),
    "finite_number": ("必须是有限的数字", "it must be a finite number"),
    "greater_than_equal": ("不能小于 {ge}", "it may not be less than {ge}"),
    "less_than_equal": ("不能大于 {le}", "it may not be more than {le}"),
    "too_long": ("项目过多(最多 {max_length} 个)", "too many items (at most {max_length})"),
    "json_invalid": ("不是有效的 JSON", "it is not valid JSON"),
    "literal_error": ("可用值:{expected}", "one of {expected}"),
    "enum": ("可用值:{expected}", "one of {expected}"),
    "control_character": ("含有控制字符", "it holds control characters"),
    "blank": ("不能只有空白", "it may not be blank"),
    "not_text": ("必须是文字", "it must be text"),
}
OTHER = ("类型或格式不对", "it has the wrong type or form")


class WrongPath(NotFound):
    """No such address."""

    code = "no_such_route"
    zh = "没有这个接口。"
    en = "There is no such route."


class WrongMethod(Problem):
    """The address is right, the verb is not."""

    code = "wrong_method"
    zh = "该接口不支持此请求方法。"
    en = "This route does not know that method."


class BodyTooLarge(TooLarge):
    """The body passes this route's limit."""

    code = "body_too_large"
    zh = "请求内容过大。"
    en = "The request body is too large."


class NotSignedIn(Unauthenticated):
    """A token is needed."""

    code = "not_signed_in"
    zh = "请先登录。"
    en = "Sign in first."


class BadRequest(Invalid):
    """The request is not one this route understands."""

    code = "bad_request"
    zh = "请求无法解析。"
    en = "The request cannot be understood."


class Fault(Problem):
    """A fault of ours, logged with its place; nothing of it is shown."""

    code = "internal"
    zh = "系统出错,内容未保存,请稍后重试。"
    en = "The service failed; nothing was saved. Try again later."


STATUS: dict[type[Problem], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    TooMany: 429,
    Unavailable: 503,
    WrongMethod: 405,
}


def status_of(problem: Problem) -> int:
    """The status of the nearest family above the problem's class."""
    return next((STATUS[cls] for cls in type(problem).__mro__ if cls in STATUS), 500)


def document(problem: Problem, errors: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The problem as RFC 9457 JSON."""
    zh, en = problem.words
    said: dict[str, Any] = {"type": f"urn:wangge:problem:{problem.code}", "code": problem.code}
    said |= {"status": status_of(problem), "title": zh, "title_en": en}
    if problem.field:
        said["field"] = problem.field
    if problem.data:
        said["data"] = {key: value for key, value in problem.data.items() if isinstance(value, str | int | float)}
    if listed := errors or problem.data.get("errors"):
        said["errors"] = listed
    return said


def reply(problem: Problem, errors: Sequence[dict[str, Any]] = ()) -> JSONResponse:
    """The response a problem becomes."""
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else None
    if isinstance(problem, Unauthenticated):
        headers = {"WWW-Authenticate": "Bearer"}
    said = document(problem, errors)
    return JSONResponse(said, said["status"], headers, media_type="application/problem+json")


def field_errors(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Pydantic's errors in both languages, without the input that caused them."""
    found = []
    for error in errors:
        kind = error["type"]
        if kind == "value_error":
            kind = str(error.get("ctx", {}).get("error", ""))
        zh, en = REASONS.get(kind, OTHER)
        data = {key: str(value) for key, value in error.get("ctx", {}).items()}
        place = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
        if kind == "json_invalid" or not place:
            place = ["body"]  # a place in the text is no field
        zh, en = (words.format_map(data) if set(data) else words for words in (zh, en))
        found.append({"field": ".".join(place), "code": kind, "title": zh, "title_en": en})
    return found


class _InvalidBody(InvalidField):
    """One field among `errors`; the first one names the problem."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        first = errors[0]
        super().__init__(first["field"], field_name=first["field"] or "body", why=first["title"])
        self._why_en = first["title_en"]

    @property
    def words(self) -> tuple[str, str]:
        zh, _ = super().words
        return zh, self.en.format(field_name=self.data["field_name"], why=self._why_en)


def invalid_body(errors: Sequence[Any]) -> tuple[Problem, list[dict[str, Any]]]:
    """The problem for Pydantic's errors, with all of them listed (at most twenty)."""
    found = field_errors(errors[:20])
    return _InvalidBody(found), found


def add_handlers(app: FastAPI) -> None:
    """Every way a request can be refused ends in a problem document; a fault of ours does so in `Edge`."""

    @app.exception_handler(Problem)
    async def _(_: Request, problem: Problem) -> JSONResponse:
        return reply(problem)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> JSONResponse:
        return reply(*invalid_body(error.errors()))

    @app.exception_handler(HTTPException)
    async def _(_: Request, error: HTTPException) -> JSONResponse:
        known = {401: NotSignedIn, 403: Forbidden, 404: WrongPath, 405: WrongMethod, 413: BodyTooLarge}
        return reply(known.get(error.status_code, BadRequest)())

    @app.exception_handler(Exception)
    async def _(_: Request, __: Exception) -> JSONResponse:
        return reply(Fault())  # the framework raises the error again, and `Edge` logs it


class Metrics:
    """Counts and times by route template: never by path, which may hold a token."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter("wangge_requests_total", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "wangge_request_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )


class BrokenOff(Exception):
    """A reply that had begun could not be finished."""


class Service(FastAPI):
    """FastAPI with `Edge` around all of it, also around what answers before any middleware of ours."""

    def build_middleware_stack(self) -> ASGIApp:
        return Edge(super().build_middleware_stack(), self.state.metrics)


class Edge:
    """Outermost ASGI layer: request id, safe headers, faults of ours, one log line and metrics of each call."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self.ids = SystemIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self.ids.salt().hex()
        started = time.perf_counter()
        status = 0
        bare = whole = False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, bare, whole
            if message["type"] == "http.response.start":
                bare = message["status"] == TOO_LARGE and b"application/problem+json" not in _values(message)
            if bare:
                return  # the framework's own words on a body it would not read: ours follow
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                extra = [pair for pair in HEADERS if pair[0] not in own]
                message["headers"] = [*message["headers"], *extra, (b"x-request-id", request_id.encode())]
            await send(message)
            whole = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self.app(scope, receive, send_with_headers)
            if bare:
                await reply(BodyTooLarge("body"))(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001  # nobody above may print it: it can hold what a person wrote
            log().error("request_failed", request_id=request_id, error=type(error).__name__, where=where(error))
            if status and not whole:
                raise BrokenOff from None  # the reply had begun: the connection is cut
            if not status:
                await reply(Fault())(scope, receive, send_with_headers)
        finally:
            self._note(scope, status or 500, time.perf_counter() - started, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path_format", "unmatched")
        method = scope["method"]
        self.metrics.requests.labels(method, route, status).inc()
        self.metrics.seconds.labels(method, route).observe(seconds)
        log().info(
            "request",
            request_id=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def _values(message: Message) -> set[bytes]:
    return {value for _, value in message["headers"]}


async def runtime_of(request: Request) -> Runtime:
    """What the process holds."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeOf = Annotated[Runtime, Depends(runtime_of)]
Credentials = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="A token from POST /api/v1/login")),
]


async def open_to_all() -> None:
    """The guard of a route anybody may call: said, not forgotten. The architecture test reads `guards`."""


open_to_all.guards = "open_to_all"  # type: ignore[attr-defined]
OPEN_TO_ALL = Depends(open_to_all)


def client_address(request: Request, trusted: Sequence[str]) -> str:
    """Who is calling: X-Forwarded-For is believed only from a trusted proxy, and only its last stranger.

    Of an IPv6 address only the network counts: a household has a whole /64 of them to call from.
    """
    peer = request.client.host if request.client else "local"
    if peer in trusted:
        hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
        peer = next((hop for hop in reversed(hops) if hop not in trusted), peer)[:64]
    try:
        return str(ip_network((peer, 64), strict=False)) if ":" in peer else peer
    except ValueError:
        return peer
