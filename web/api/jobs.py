"""Chunks of footage on their way to be searchable, and the same as it changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from pipeline.footage.sources import redact
from pipeline.recording.segments import is_segment
from storage.accounts.audit import Actor
from storage.accounts.permissions import Action, Principal
from storage.footage.chunks import Chunk, State
from web.events import STREAM, event, streamed
from web.examples import JOB, JOBS, like
from web.problems import Problem, unknown
from web.repeats import Repeatable
from web.security import By, allowed
from web.site import Site, SiteOf

router = APIRouter(prefix="/jobs", tags=["jobs"], route_class=Repeatable)

Watcher = Annotated[Principal, Depends(allowed(Action.VIEW_JOBS))]
Manager = Annotated[Principal, Depends(allowed(Action.MANAGE_JOBS))]

TICK = 1.0  # seconds between two looks
QUIET = 15.0  # seconds without a change, after which a comment keeps proxies from hanging up


class Job(BaseModel):
    """One chunk of footage."""

    model_config = like(JOB)

    id: str
    state: State
    since: datetime | None  # in this state
    attempts: int
    camera: str
    source: str  # name of the file
    start: float  # seconds in it
    end: float
    began: datetime
    live: bool  # from a recorder
    worker: str
    reason: str


class Lag(BaseModel):
    """What of one camera is not searchable yet."""

    camera: str
    chunks: int
    waits_s: float  # the chunk that waits longest
    lag_s: float  # age of the oldest footage


class Progress(BaseModel):
    """How far everything is."""

    counts: dict[State, int]
    cameras: list[Lag]
    working: list[Job]


class Jobs(BaseModel):
    """A page of chunks, those that changed last first."""

    model_config = like(JOBS)

    counts: dict[State, int]
    jobs: list[Job]
    page: int


@router.get("")
def jobs(
    principal: Watcher,
    site: SiteOf,
    state: Annotated[list[State], Query()] = [*State],  # noqa: B006 - FastAPI copies defaults
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Jobs:
    """The chunks in these states."""
    found = site.overview.jobs(principal.cameras, state, limit=limit, offset=(page - 1) * limit)
    counts = site.overview.counts(principal.cameras)
    return Jobs(counts=counts, jobs=[_job(chunk) for chunk in found], page=page)


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {STREAM: {}}, "description": "Events named progress"}},
)
def events(principal: Watcher, request: Request, site: SiteOf) -> StreamingResponse:
    """`Progress` as server-sent events, whenever it changes; the stream ends after minutes: connect again."""
    return streamed(_stream(site, principal, request))


@router.post("/{id}/retry")
def retry(id: str, principal: Manager, by: By, site: SiteOf) -> Job:
    """Try once more what was set aside."""
    _settle(_found(id, principal, site), site.ledger.retry, "retry_job", by, site)
    return _job(_found(id, principal, site))


@router.post("/{id}/drop", status_code=204)
def drop(id: str, principal: Manager, by: By, site: SiteOf) -> None:
    """Forget what was set aside, with what was found in it."""
    _settle(_found(id, principal, site), site.ledger.drop, "drop_job", by, site)


def _found(id: str, principal: Principal, site: Site) -> Chunk:
    chunk = site.overview.job(id, principal.cameras)
    if chunk is None:
        raise unknown("job")
    return chunk


def _settle(chunk: Chunk, act: Callable[[Chunk], bool], action: str, by: Actor, site: Site) -> None:
    if not act(chunk):
        raise Problem(409, f"this chunk is {chunk.state}: only what was set aside is tried again or dropped")
    site.audit.append(by, action, chunk.id, camera=chunk.camera, reason=chunk.reason)


def progress(site: Site, principal: Principal) -> Progress:
    """How far everything is that the principal may know of."""
    now, seen = site.clock(), principal.cameras
    lags = [
        Lag(
            camera=each.camera,
            chunks=each.chunks,
            waits_s=_seconds(now, each.since),
            lag_s=_seconds(now, each.footage),
        )
        for each in site.overview.backlog(seen)
    ]
    working = site.overview.jobs(seen, (State.WATCHING, State.INDEXING), limit=20)
    return Progress(counts=site.overview.counts(seen), cameras=lags, working=[_job(one) for one in working])


async def _stream(site: Site, principal: Principal, request: Request) -> AsyncIterator[str]:
    until, told, spoke = monotonic() + site.events, "", monotonic()
    while True:
        now = await run_in_threadpool(lambda: progress(site, principal).model_dump(mode="json"))
        if (lasting := json.dumps(_lasting(now))) != told:
            told, spoke = lasting, monotonic()
            yield event("progress", json.dumps(now))
        elif monotonic() - spoke > QUIET:
            spoke = monotonic()
            yield ": still here\n\n"
        if monotonic() + TICK > until or await request.is_disconnected():
            return
        await asyncio.sleep(TICK)


def _lasting(now: dict[str, Any]) -> list[Any]:
    """What counts as a change: time going by is none."""
    return [now["counts"], now["working"], [(lag["camera"], lag["chunks"]) for lag in now["cameras"]]]


def _seconds(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else round(max(0.0, (now - since).total_seconds()), 1)


def _job(chunk: Chunk) -> Job:
    return Job(
        id=chunk.id,
        state=chunk.state,
        since=chunk.changed,
        attempts=chunk.attempts,
        camera=chunk.camera,
        source=Path(chunk.source).name,
        start=chunk.start,
        end=chunk.end,
        began=chunk.began,
        live=is_segment(chunk),
        worker=chunk.worker,
        reason=redact(chunk.reason),
    )
