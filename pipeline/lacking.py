"""What of the footage that a question asks for cannot be found yet, so that an answer says it is partial."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.types import Query
from storage.footage.overview import Backlog, Overview

LATE = timedelta(minutes=1)  # for so long footage is on its way; what waits longer is missing


def told(query: Query, overview: Overview, now: datetime) -> Query:
    """The query with a notice of the footage that an answer to it lacks, if it lacks any."""
    try:
        waiting = [
            one for one in overview.backlog(frozenset(query.cameras) or None) if _asked(one, query, now)
        ]
    except OSError as error:
        return _noticed(query, f"whether footage is still to be indexed is not known: {error}")
    if not waiting:
        return query
    return _noticed(query, f"this answer is partial: {_said(waiting)} cannot be found yet")


def _asked(one: Backlog, query: Query, now: datetime) -> bool:
    return now - one.footage > LATE and (query.before is None or one.footage < query.before)


def _said(waiting: Sequence[Backlog]) -> str:
    number, oldest = sum(one.chunks for one in waiting), min(one.footage for one in waiting)
    cameras = ", ".join(one.camera for one in waiting)
    return f"{number} chunks of footage of {cameras}, the oldest of {oldest:%Y-%m-%d %H:%M} UTC,"


def _noticed(query: Query, notice: str) -> Query:
    return replace(query, notices=(*query.notices, notice))
