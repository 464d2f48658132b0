"""Points in time as they are given on the command line."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime


def written(text: str) -> datetime:
    """An ISO 8601 date or time, without a zone where none is written."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            f'"{text}" is no time; write 2026-03-01T16:00 or 2026-03-01T16:00+01:00'
        ) from error


def moment(text: str) -> datetime:
    """An ISO 8601 date or time as UTC; without an offset it is the clock of this machine."""
    return written(text).astimezone(UTC)
