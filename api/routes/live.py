import asyncio
from collections.abc import AsyncIterable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.deps import MayReadWorkOrders
from api.live import Feed, Listener, after, sent
from api.routing import feature
from models.messages.live import Tick

router = feature("live", "/live")
_TICK_SECONDS = 5.0


@router.get("", summary="Follow what happens", response_class=EventSourceResponse)
async def follow_live(
    request: Request,
    actor: MayReadWorkOrders,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**62)] = None,
) -> AsyncIterable[ServerSentEvent]:
    """Stream every accepted action of the factory as server-sent events, at most a second or two after it happened.

    A `tick` comes every five seconds: three missing mean that the stream is stale. After a break, Last-Event-ID goes on
    where it ended.
    """
    feed: Feed = request.app.state.live
    async with feed.listen(actor.tenant_id) as listener:
        if last_event_id is not None:
            for event in await asyncio.to_thread(after, actor.tenant_id, last_event_id):
                yield sent(event)
        yield _tick()
        while True:
            coming = await _next(listener)
            if coming is None:
                return
            yield coming


async def _next(listener: Listener) -> ServerSentEvent | None:
    try:
        async with asyncio.timeout(_TICK_SECONDS):
            return await listener.get()
    except TimeoutError:
        return _tick()


def _tick() -> ServerSentEvent:
    return ServerSentEvent(data=Tick(server_time=datetime.now(UTC)), event="tick")
