"""Times in requests: without an offset they are the clock of the site."""

from datetime import UTC, datetime, tzinfo
from typing import overload

from web.problems import Problem


@overload
def utc(moment: datetime, zone: tzinfo | None) -> datetime: ...


@overload
def utc(moment: None, zone: tzinfo | None) -> None: ...


def utc(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """The time in UTC; `zone` None is this machine's. Raises Problem for one that no calendar has there."""
    if moment is None:
        return None
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Problem(422, f"the time {moment.isoformat()} is out of range") from None
