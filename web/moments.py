"""Times in requests: without an offset they are the clock of the site."""

from datetime import UTC, datetime, tzinfo
from typing import overload


@overload
def utc(moment: datetime, zone: tzinfo | None) -> datetime: ...


@overload
def utc(moment: None, zone: tzinfo | None) -> None: ...


def utc(moment: datetime | None, zone: tzinfo | None) -> datetime | None:
    """The time in UTC; `zone` None is this machine's."""
    if moment is None:
        return None
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)
