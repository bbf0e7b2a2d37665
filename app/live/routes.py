"""The live channel over HTTP: server-sent events, one stream a screen."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.core.http import Credentials, RuntimeOf
from app.live.hub import Told, hub_of
from app.people.capabilities import Capability
from app.people.login import AddressOf, district_of_token, identify_by, needs_first

router = APIRouter(tags=["live"])
AGAIN_MS = 3000  # after which a browser that lost the stream asks again


@router.get("/live", dependencies=[needs_first(Capability.SEE_ISSUES)], response_class=EventSourceResponse)
async def live(
    runtime: RuntimeOf,
    address: AddressOf,
    credentials: Credentials,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """What changes from now on (or after `Last-Event-ID`) among what the active post sees: `changed` with kind
    and id, `reset` when something may have been missed. The stream ends with the session.
    """
    token = credentials.credentials if credentials else ""
    channel = hub_of(runtime).channel(district_of_token(token))
    async with channel.open(identify_by(runtime, token, address), last_event_id) as screen:
        yield ServerSentEvent(event="open", data={}, retry=AGAIN_MS)
        while (told := await screen.queue.get()) is not None:
            yield _event(told)


def _event(told: Told) -> ServerSentEvent:
    if told.changed is None:
        return ServerSentEvent(event="reset", data={}, id=told.id or None)
    return ServerSentEvent(event="changed", raw_data=told.changed.model_dump_json(), id=told.id)
