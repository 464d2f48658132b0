"""How far the clock of a database's server is from this machine's: leases and schedules go by both."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Engine, text

FAR = 5.0  # seconds: a lease lasts minutes, and people are found by the second


def ahead(engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float:
    """Seconds that the server's clock is ahead; 0 where the database is a file of this machine."""
    if engine.dialect.name == "sqlite":
        return 0.0
    with engine.connect() as connection:
        before = clock()
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        after = clock()
    return (theirs - (before + (after - before) / 2)).total_seconds()


def said(seconds: float) -> str:
    """A sentence for a clock that is far off; empty for one that is not."""
    if abs(seconds) <= FAR:
        return ""
    where = "behind" if seconds > 0 else "ahead of"
    return (
        f"the clock of this machine is {abs(seconds):.0f} s {where} that of the database's server: let both "
        "be set by NTP, for times of footage and leases of workers go by them"
    )
