"""Do to a site what the timetable says, wait until it has recovered, and look at what it has kept."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic, sleep

from bench.faults.processes import Processes
from bench.faults.questions import Asked, Asker
from bench.faults.site import CHANGES, FLAPS, SILENT, Parts, Site, at_work, built, processes
from bench.faults.timetable import Event, Kind, timetable
from bench.faults.undisturbed import DIED, Kept, differences, doubles, left_by, undisturbed
from pipeline.keeping.schedule import DUTIES
from pipeline.recording.segments import chunk_of, finished, is_segment
from storage.footage.chunks import Chunk, State
from storage.footage.ledger import Ledger
from storage.footage.recordings import Gap, Recordings
from storage.footage.windows import Window, Windows

_LOOK = 0.5  # seconds between two looks at the ledger
_RECOVERY = 600.0  # seconds at most, after the last fault, until nothing waits any more
_WORK = 240.0  # seconds at most until the site works: networks are loaded by every process
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was done to the site."""

    event: Event
    began: float  # seconds from the start
    over: float
    resumed: float | None  # when the next chunk was done after it was over; None: none waited


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run came to."""

    seed: int
    seconds: float
    recovery: float  # seconds from the last fault until nothing waited
    happened: list[Happened]
    asked: list[Asked]
    chunks: dict[str, Chunk]
    kept: Kept
    differences: list[str]
    doubles: list[str]
    halves: list[str]  # files that were begun and not finished
    gaps: dict[str, list[Gap]]
    holes: dict[str, float]  # seconds without footage that no gap tells of, by camera
    recorded: dict[str, float]  # seconds of footage, by camera
    windows: list[Window]
    secrets: list[str]  # lines of the processes' log with a password in them


def run(folder: Path, parts: Parts, *, seed: int, seconds: float, every: float) -> Outcome:
    """Faults for `seconds`, a process killed about `every` so many; raises MissingError."""
    with built(folder, parts, 2 * seconds + _WORK) as site:
        names = list(processes(site.settings, parts))
        asker = Asker(site.settings.broker, parts.question)
        with at_work(site, parts) as running:
            site.show(enabled=True)
            _until(lambda: _works(site), _WORK, "the site does not begin to work")
            start, began = monotonic(), datetime.now(UTC)
            looking = _Looking(site, start)
            stop = Flag()
            asking = Thread(target=asker.ask_until, args=(stop, start), daemon=True)
            asking.start()
            looking.start()
            happened = _Doer(site, running, start).all(timetable(seed, seconds, names, every))
            sleep(max(0.0, start + seconds - monotonic()))
            stop.set()
            asking.join()
            ended = datetime.now(UTC)
            site.show(enabled=False)
            over = monotonic()
            _settle(site)
            recovery = monotonic() - over
            looking.stop()
        after = left_by(site, parts)
        gaps, holes, recorded = _timeline(site, (began, ended))
        return Outcome(
            seed,
            seconds,
            recovery,
            [Happened(event, a, b, looking.resumed(b)) for event, a, b in happened],
            asker.asked,
            after.chunks,
            after,
            differences(after, undisturbed(site, parts, after)),
            doubles(after),
            [str(path) for path in sorted(site.settings.data.rglob("*.part"))],
            gaps,
            holes,
            recorded,
            _windows(site),
            [line for line in site.log.read_text(errors="replace").splitlines() if "secret" in line],
        )


class _Doer:
    """Begins and ends faults at their times, in one thread, since each is done in a moment."""

    def __init__(self, site: Site, running: Processes, start: float) -> None:
        self._site, self._running, self._start = site, running, start

    def all(self, events: Sequence[Event]) -> list[tuple[Event, float, float]]:
        """Every event with the seconds at which it began and was over."""
        steps = sorted(
            [(event.at, "begin", event) for event in events]
            + [(event.at + event.lasts, "end", event) for event in events if event.lasts],
            key=lambda step: step[0],
        )
        began: dict[Event, float] = {}
        done = []
        for at, step, event in steps:
            sleep(max(0.0, self._start + at - monotonic()))
            if step == "begin":
                self._begin(event)
                began[event] = monotonic() - self._start
            else:
                self._end(event)
            if step == "end" or not event.lasts:
                done.append((event, began[event], monotonic() - self._start))
        return done

    def _begin(self, event: Event) -> None:
        site = self._site
        match event.kind:
            case Kind.KILL:
                self._running.kill(event.target)
            case Kind.RESTART:
                site.broker.stop()
            case Kind.WIPE:
                site.broker.wipe()
            case Kind.DATABASE:
                site.database.kill()
            case Kind.INDEX:
                site.index.silence()
            case Kind.DISK:
                site.disk.fill()
            case Kind.FLAP:
                site.cameras[FLAPS].kill()
            case Kind.SILENT:
                site.cameras[SILENT].silence()
            case Kind.CHANGE:
                site.cameras[CHANGES].kill()
                site.cameras[CHANGES].mounts = {CHANGES: site.other}

    def _end(self, event: Event) -> None:
        site = self._site
        match event.kind:
            case Kind.RESTART:
                site.broker.start()
            case Kind.DATABASE:
                site.database.start()
            case Kind.INDEX:
                site.index.wake()
            case Kind.DISK:
                site.disk.free()
            case Kind.FLAP:
                site.cameras[FLAPS].start()
            case Kind.SILENT:
                site.cameras[SILENT].wake()
            case Kind.CHANGE:
                site.cameras[CHANGES].start()


class _Looking:
    """Notes when chunks were done."""

    def __init__(self, site: Site, start: float) -> None:
        self._site, self._start = site, start
        self._stop = Flag()
        self._counts: list[tuple[float, int]] = []
        self._thread = Thread(target=self._look, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def resumed(self, over: float) -> float | None:
        """Seconds from `over` until the next chunk was indexed."""
        before = max((number for at, number in self._counts if at <= over), default=0)
        return next((at - over for at, number in self._counts if at > over and number > before), None)

    def _look(self) -> None:
        while not self._stop.wait(_LOOK):
            with suppress(OSError):
                self._counts.append((monotonic() - self._start, _done(self._site)))


def _works(site: Site) -> bool:
    """Whether every camera is recorded and something has become searchable."""
    return all(finished(site.kept / name) for name in site.cameras) and _done(site) > 0


def _done(site: Site) -> int:
    with closing(Ledger(site.settings.database_url)) as ledger:
        return ledger.counts()[State.INDEXED]


def _settle(site: Site) -> None:
    """Wait until nothing waits any more."""
    latest = monotonic() + _RECOVERY
    while waiting := _waiting(site):
        if monotonic() > latest:
            raise OSError(f"after {_RECOVERY:g} s this still waits: {'; '.join(waiting)}")
        sleep(_LOOK)


def _waiting(site: Site) -> list[str]:
    """What is not done yet: chunks, sessions of the recorder that have not ended, and the night's work."""
    try:
        with closing(Ledger(site.settings.database_url)) as ledger:
            for chunk in ledger.jobs([State.QUARANTINED]):
                if DIED in chunk.reason and chunk.handoff:  # as somebody does who looks at `passerby jobs`
                    ledger.retry(chunk)
            chunks = ledger.jobs()
        windows = _windows(site)
    except OSError as error:
        return [str(error)]
    said = [
        f"{chunk.camera} {chunk.began:%H:%M:%S} {chunk.state}, attempt {chunk.attempts} {chunk.reason}"
        for chunk in chunks
        if chunk.state not in (State.INDEXED, State.QUARANTINED)
    ]
    over = {chunk.fingerprint for chunk in chunks if not chunk.source}
    sessions = {chunk.fingerprint: chunk.camera for chunk in chunks if is_segment(chunk)}
    said += [f"a session of {camera} has no end" for one, camera in sessions.items() if one not in over]
    return said + [f"{window.task} is at work" for window in windows if _at_it(window)]


def _at_it(window: Window) -> bool:
    """Whether somebody works on the window; one that failed waits ten minutes for its next attempt."""
    return not window.finished and bool(window.worker)


def _windows(site: Site) -> list[Window]:
    with closing(Windows(site.settings.database_url)) as windows:
        return [window for duty in DUTIES if (window := windows.last(duty.name)) is not None]


def _timeline(site: Site, span: Span) -> tuple[dict[str, list[Gap]], dict[str, float], dict[str, float]]:
    gaps, holes, recorded = {}, {}, {}
    with closing(Recordings(site.settings.database_url)) as recordings:
        for name in site.cameras:
            gaps[name] = [gap for gap in recordings.gaps(name) if gap.ended is None or gap.ended > span[0]]
            spans = [_span(chunk_of(path, name, "")) for path in finished(site.kept / name)]
            recorded[name] = sum((end - begin).total_seconds() for begin, end in spans)
            told = [(gap.began, gap.ended or span[1]) for gap in gaps[name]]
            holes[name] = uncovered([*spans, *told], span)
    return gaps, holes, recorded


def _span(chunk: Chunk) -> Span:
    return chunk.began, chunk.began + timedelta(seconds=chunk.end - chunk.start)


def uncovered(spans: Sequence[Span], whole: Span) -> float:
    """Seconds of `whole` that none of the spans covers."""
    reached, missing = whole[0], 0.0
    for begin, end in sorted(spans):
        if begin > reached:
            missing += (min(begin, whole[1]) - reached).total_seconds()
        reached = min(max(reached, end), whole[1])
    return missing + (whole[1] - reached).total_seconds()


def _until(happened: Callable[[], bool], seconds: float, otherwise: str) -> None:
    latest = monotonic() + seconds
    while not happened():
        if monotonic() > latest:
            raise OSError(f"{otherwise} after {seconds:g} s")
        sleep(_LOOK)
