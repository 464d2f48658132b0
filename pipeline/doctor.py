"""Look at everything that a site stands on, and say of each what is wrong and what to do."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import redis

from pipeline.footage.sources import redact
from pipeline.recording.glance import glance
from pipeline.settings import Settings
from storage.footage.cameras import Cameras
from storage.footage.chunks import State
from storage.footage.overview import Overview
from storage.media import open_media

ROOM = 2 << 30  # bytes that should be free where data lies
LATE = timedelta(minutes=15)  # longer than any chunk should wait


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look showed."""

    subject: str  # "database", "camera gate"
    well: bool
    said: str  # a sentence; where something is wrong, with what to do


Look = Callable[[Settings], str]


def look(settings: Settings, *, cameras: bool) -> Iterator[Finding]:
    """One finding after the other; with `cameras`, each is asked for a picture, which may take a while."""
    looks: list[tuple[str, Look]] = [
        ("disk", _disk),
        ("database", _database),
        ("media", _media),
        ("broker", _broker),
        ("index", _index),
        ("footage", _footage),
    ]
    for subject, one in looks:
        yield _finding(subject, lambda one=one: one(settings))  # type: ignore[misc]
    if cameras:
        with closing(Cameras(settings.database_url)) as known:
            for camera in known.all():
                yield _finding(f"camera {camera.name}", lambda url=camera.url: _camera(url))  # type: ignore[misc]


def _finding(subject: str, act: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, act())
    except (OSError, ValueError) as error:
        return Finding(subject, False, str(error))


def _disk(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free
    if free < ROOM:
        raise OSError(f"{settings.data} has {free / 1e9:.1f} GB left: free some, or recording will stop")
    return f"{free / 1e9:.0f} GB free in {settings.data}"


def _database(settings: Settings) -> str:
    with closing(Overview(settings.database_url)) as overview:
        if wrong := overview.clock():
            raise ValueError(wrong)
        number, cameras = sum(overview.counts(None).values()), len(overview.cameras(None))
    return f"chunks of footage: {number}, cameras: {cameras}"


def _media(settings: Settings) -> str:
    """Write, read and delete a picture: a share that is mounted read-only looks well until then."""
    media, key = open_media(settings.media_url), f"doctor/{uuid4().hex}.jpg"
    try:
        media.put(key, np.zeros((8, 8, 3), np.uint8))
        media.get(key)
    finally:
        media.delete([key])
    return f"pictures can be kept in {redact(settings.media_url)}"


def _broker(settings: Settings) -> str:
    if not settings.broker:
        return "none: everything runs in the processes of this machine"
    try:
        with closing(redis.Redis.from_url(settings.broker, socket_timeout=5)) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.RedisError as error:
        raise OSError(
            f"{redact(settings.broker)} does not answer ({error}): start it, or mend PASSERBY_BROKER"
        ) from error
    if policy != "noeviction":
        raise ValueError(f"the broker may drop messages (maxmemory-policy {policy}): set it to noeviction")
    return f"{redact(settings.broker)} answers"


def _index(settings: Settings) -> str:
    from pipeline import build  # brings the networks' libraries, which take seconds to load

    with closing(build.models(settings)) as models:
        return "; ".join(f"{one.model} {one.standing}" for one in models.held()) or "nothing indexed yet"


def _footage(settings: Settings) -> str:
    with closing(Overview(settings.database_url)) as overview:
        counts, backlog = overview.counts(None), overview.backlog(None)
    if counts[State.QUARANTINED]:
        raise ValueError(
            f"{counts[State.QUARANTINED]} chunks were set aside: see passerby jobs, then --retry or --drop"
        )
    since = min((one.since for one in backlog if one.since), default=None)
    if since is not None and datetime.now(UTC) - since > LATE:
        raise ValueError(
            f"footage has waited since {since:%Y-%m-%d %H:%M} UTC: start workers, or more of them"
        )
    return f"{counts[State.INDEXED]} chunks indexed, {sum(one.chunks for one in backlog)} waiting"


def _camera(url: str) -> str:
    seen = glance(url)
    height, width = seen.image.shape[:2]
    return f"{width} x {height}, {seen.codec}"
