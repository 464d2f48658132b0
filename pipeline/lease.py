"""Work in hand: kept while it goes on and settled however it ends."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Generic, TypeVar

from storage.errors import LeaseLostError, NewerSchemaError, OtherModelError
from storage.footage.chunks import Chunk, worker_name
from storage.footage.ledger import Ledger, Step

LEASE = timedelta(minutes=5)  # after which another worker takes what nobody holds on to
RENEWED = LEASE.total_seconds() / 10  # seconds between two renewals

PAUSE = 2.0  # seconds between two attempts to tell a ledger that is away how a chunk ended

log = logging.getLogger(__name__)

T = TypeVar("T")


class StoppedError(Exception):
    """Whoever works here was told to stop."""


class Held(Generic[T]):
    """What this process has claimed. Call `hold` every few seconds of the work."""

    def __init__(
        self,
        work: T,
        renew: Callable[[T, timedelta], T],
        stop: Event | None = None,
        steady: Callable[[], float] = monotonic,
    ) -> None:
        self.work = work
        self._renew, self._stop, self._steady = renew, stop or Event(), steady
        self._renewed = steady()

    def hold(self) -> None:
        """Renew the lease when it is time.

        Raises StoppedError when the work is to end, and LeaseLostError when another worker has it.
        """
        if self._stop.is_set():
            raise StoppedError("told to stop in the middle of the work")
        if self._steady() - self._renewed < RENEWED:
            return
        self._renewed = self._steady()
        try:
            self.work = self._renew(self.work, LEASE)
        except OSError as error:  # the next renewals come long before the lease has run out
            log.warning("%s", error)


@contextmanager
def claimed(
    ledger: Ledger,
    step: Step,
    *,
    permanent: tuple[type[Exception], ...],
    stop: Event | None = None,
    steady: Callable[[], float] = monotonic,
) -> Iterator[Held[Chunk] | None]:
    """Claim the oldest chunk that waits for `step`, None when none does, and settle it afterwards.

    An error of a `permanent` kind quarantines the chunk at once and ends here; a lost lease ends here too.
    For the database, the disk, a server or the caller's wish to stop the chunk is not to blame: it is given
    back. Any other error counts against it, until the third. Both kinds are raised again.
    """
    chunk = ledger.claim(step, worker_name(), LEASE)
    if chunk is None:
        yield None
        return
    held = Held(chunk, ledger.renew, stop, steady)
    try:
        yield held
    except LeaseLostError as error:
        log.warning("%s", error)
    except (OtherModelError, NewerSchemaError):  # the index as a whole is another's
        _tell(lambda: ledger.release(held.work), stop)
        raise
    except permanent as error:
        log.warning("set aside: %s", error)
        reason = str(error)
        _tell(lambda: ledger.fail(held.work, reason, permanent=True), stop)
    except OSError:
        _tell(lambda: ledger.release(held.work), stop)
        raise
    except (StoppedError, KeyboardInterrupt, SystemExit, GeneratorExit):
        _tell(lambda: ledger.release(held.work), None)
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        _tell(lambda: ledger.fail(held.work, reason, permanent=False), stop)
        raise


def _tell(settle: Callable[[], object], stop: Event | None) -> None:
    """Settle a chunk in the ledger, once, or until it has heard where somebody works on until `stop`.

    What it never hears, or has given to somebody else, ends with the lease. But a worker that lives would
    seem to work on the chunk until then, and the source would wait.
    """
    until = monotonic() + LEASE.total_seconds()
    while True:
        try:
            settle()
            return
        except LeaseLostError:
            return
        except OSError:
            if stop is None or monotonic() > until or stop.wait(PAUSE):
                return
