"""Server-sent events: an answer that comes in pieces, each with a name."""

from collections.abc import AsyncIterator, Iterator

from fastapi import Request
from fastapi.responses import StreamingResponse

STREAM = "text/event-stream"


def wants_events(request: Request) -> bool:
    """Whether the sender reads events; whoever does not say so gets one whole answer."""
    return STREAM in request.headers.get("accept", "")


def event(name: str, data: str) -> str:
    """One event; `data` is JSON, which has no bare line breaks."""
    return f"event: {name}\ndata: {data}\n\n"


def streamed(events: Iterator[str] | AsyncIterator[str]) -> StreamingResponse:
    """The events as they come, which no proxy may gather."""
    return StreamingResponse(events, media_type=STREAM, headers={"X-Accel-Buffering": "no"})
