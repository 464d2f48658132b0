"""Keep the processes of a site running: start them, start again what died, end them in order."""

import logging
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from time import monotonic

MEND = 2  # exit code of a process that needs somebody to mend something first
STEADY = 60.0  # seconds after which a process counts as running well

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds."""

    first_wait: float = 1.0  # before a process that died is started again; doubled every time
    longest_wait: float = 30.0
    grace: float = 90.0  # for all processes together to end: what they work on is given back meanwhile
    look: float = 0.5  # between two looks


@dataclass(slots=True, eq=False)
class _Service:
    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes]"
    began: float
    again: bool = False  # it is not the first of its name
    deaths: int = 0  # in a row
    due: float | None = None  # when it is started again


def supervise(
    commands: dict[str, Sequence[str]],
    stop: Event,
    *,
    patience: Patience = Patience(),
    clock: Callable[[], float] = monotonic,
) -> int:
    """Run every command until `stop`; returns 0 then, or 2 when one says as it begins that it needs
    mending.

    One that ran before and says so is started again like one that died: what it lacks, a database perhaps, is
    away, and the others go on. Commands begin in their order and end in the reverse one.
    """
    running = [_Service(name, command, _start(command), clock()) for name, command in commands.items()]
    try:
        while not stop.wait(patience.look):
            for service in running:
                code = service.process.poll()
                if code is None:
                    continue
                if service.due is None:
                    if code == MEND and not service.again and clock() - service.began < STEADY:
                        log.error("%s stopped for something to be mended; see its last line", service.name)
                        return MEND
                    _bury(service, code, patience, clock())
                elif clock() >= service.due:
                    service.process, service.began, service.due = _start(service.command), clock(), None
                    service.again = True
        return 0
    finally:
        _end(running[::-1], patience.grace)


def _start(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches the supervisor alone, which passes it on in order.
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)


def _bury(service: _Service, code: int, patience: Patience, now: float) -> None:
    service.deaths = 0 if now - service.began > STEADY else service.deaths
    wait = min(patience.longest_wait, patience.first_wait * 2**service.deaths)
    service.deaths += 1
    service.due = now + wait
    log.warning("%s ended with code %d; starting it again in %.0f s", service.name, code, wait)


def _end(services: Sequence[_Service], grace: float) -> None:
    for service in services:
        service.process.terminate()
    until = monotonic() + grace
    for service in services:
        try:
            service.process.wait(max(0.0, until - monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not end in %.0f s and is killed", service.name, grace)
            service.process.kill()
            service.process.wait()
