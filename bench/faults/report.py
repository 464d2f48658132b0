"""What a fault run came to, as tables and as JSON."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.table import Table

from bench.faults.questions import DEADLINE, counted
from bench.faults.questions import Outcome as Answered
from bench.faults.run import Happened, Outcome
from bench.faults.site import CHANGES, FLAPS, SILENT
from bench.faults.timetable import Kind
from pipeline.keeping.schedule import DUTIES
from pipeline.recording.segments import is_segment
from storage.footage.chunks import State
from storage.footage.windows import Window

_HOLE = 1.0  # seconds of a camera's footage that may lack without a gap: clocks are read on both sides
_SLACK = 1.0  # seconds by which a busy machine may notice late that a deadline has passed


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that must hold."""

    promise: str
    held: bool
    said: str  # the figures


def promises(outcome: Outcome) -> list[Promise]:
    """All of them, kept or not."""
    states = Counter(chunk.state for chunk in outcome.chunks.values())
    aside = [chunk for chunk in outcome.chunks.values() if chunk.state is State.QUARANTINED]
    answers = counted(outcome.asked)
    took = [one.took for one in outcome.asked] or [0.0]
    hole = max(outcome.holes.values())
    given_up = [window.task for window in outcome.windows if window.finished and "failed" in window.result]
    people = len({(shot.camera, shot.source, shot.track) for shot in outcome.kept.shots.values()})
    return [
        Promise(
            "every chunk is done, or set aside with a reason",
            states[State.INDEXED] + len(aside) == len(outcome.chunks)
            and all(chunk.reason for chunk in aside),
            f"{states[State.INDEXED]} done, {len(aside)} set aside, of {len(outcome.chunks)}",
        ),
        Promise(
            "the same footage undisturbed gives the same chunks, shots, vectors and crops",
            not outcome.differences,
            "; ".join(outcome.differences[:3])
            or f"{len(outcome.kept.shots)} shots of {people} tracks, all equal",
        ),
        Promise(
            "nothing twice, nothing half",
            not outcome.doubles and not outcome.halves,
            "; ".join([*outcome.doubles, *outcome.halves][:3])
            or f"{outcome.kept.number} sightings, {len(outcome.kept.crops)} crops, no unfinished file; "
            f"{len(outcome.kept.strays)} crops of what was set aside half watched",
        ),
        Promise(
            "what no camera recorded is kept as a gap",
            hole <= _HOLE,
            f"{sum(map(len, outcome.gaps.values()))} gaps; {hole:.1f} s without either, at most",
        ),
        Promise(
            f"searches answer within {DEADLINE:g} s, or say what is wrong",
            not answers[Answered.SILENT] and max(took) < DEADLINE + _SLACK,
            ", ".join(f"{number} {outcome}" for outcome, number in answers.items())
            + f"; median {np.median(took):.2f} s, slowest {max(took):.1f} s",
        ),
        Promise(
            "two schedulers do the night's work once; what failed is tried again",
            not given_up and len(outcome.windows) == len(DUTIES),
            ", ".join(_told(window) for window in outcome.windows),
        ),
        Promise("no password in any log", not outcome.secrets, f"{len(outcome.secrets)} lines with one"),
    ]


def _told(window: Window) -> str:
    return f"{window.task} {'done' if window.finished else window.result} at attempt {window.attempts}"


def faults(outcome: Outcome) -> Table:
    """What was done, how often, and what came of it."""
    drawn = Table("fault", "times", "effect", title=f"Seed {outcome.seed}, {outcome.seconds:g} s")
    for kind in Kind:
        mine = [one for one in outcome.happened if one.event.kind is kind]
        drawn.add_row(kind, str(len(mine)), "; ".join(_effects(kind, mine, outcome)))
    aside = Counter(
        _short(chunk.reason)
        for chunk in outcome.chunks.values()
        if chunk.reason and chunk.state is State.QUARANTINED
    )
    entered = next((window.result for window in outcome.windows if window.task == "recordings"), "")
    for reason, number in aside.items():
        drawn.add_row("file spoilt or gone after it was entered", str(number), f"set aside: {reason}")
    drawn.add_row(
        "files that are none, in the folder", str(max(0, entered.count(";"))), f"refused: {_short(entered)}"
    )
    return drawn


def _effects(kind: Kind, mine: list[Happened], outcome: Outcome) -> Iterator[str]:
    if kind is Kind.KILL:
        names = Counter(one.event.target for one in mine)
        yield ", ".join(f"{name} {number}" for name, number in sorted(names.items()))
    if kind in _CAMERAS:
        gaps = outcome.gaps[_CAMERAS[kind]]
        seconds = sum((gap.ended - gap.began).total_seconds() for gap in gaps if gap.ended)
        reasons = ", ".join(sorted({_short(gap.reason) for gap in gaps}))
        yield f"{len(gaps)} gaps of this camera in all, {seconds:.0f} s ({reasons})"
        return
    waited = [one.resumed for one in mine if one.resumed is not None]
    if waited:
        yield f"the next chunk was done {np.median(waited):.1f} s later, at most {max(waited):.1f} s"
    during = [
        one
        for one in outcome.asked
        if any(fault.began - one.took <= one.at <= fault.over for fault in mine) and kind is not Kind.KILL
    ]
    if during:
        yield "searches meanwhile: " + ", ".join(
            f"{number} {name}" for name, number in counted(during).items() if number
        )


_CAMERAS = {Kind.FLAP: FLAPS, Kind.SILENT: SILENT, Kind.CHANGE: CHANGES}


def _short(reason: str) -> str:
    """A reason without the folders of this run."""
    return re.sub(r"/\S*/(?=\S)", "", reason)


def kept(outcome: Outcome) -> Table:
    """The promises."""
    drawn = Table("what must hold", "", "")
    for each in promises(outcome):
        drawn.add_row(each.promise, "holds" if each.held else "BROKEN", each.said)
    return drawn


def latency(outcome: Outcome) -> tuple[float, float]:
    """Seconds from the end of a recorded segment until it was searchable: the median, and of 95 in 100."""
    lags = [
        (chunk.changed - chunk.began).total_seconds() - (chunk.end - chunk.start)
        for chunk in outcome.chunks.values()
        if chunk.state is State.INDEXED and chunk.source and chunk.changed and is_segment(chunk)
    ]
    half, most = np.percentile(lags, (50, 95)) if lags else (np.nan, np.nan)
    return float(half), float(most)


def record(outcome: Outcome) -> dict[str, Any]:
    """Everything for a program."""
    half, most = latency(outcome)
    return {
        "seed": outcome.seed,
        "seconds": outcome.seconds,
        "recovery_seconds": outcome.recovery,
        "searchable_after_seconds": {"p50": half, "p95": most},
        "recorded_seconds": outcome.recorded,
        "holes_seconds": outcome.holes,
        "promises": [asdict(each) for each in promises(outcome)],
        "faults": [
            {
                "kind": one.event.kind,
                "target": one.event.target,
                "began": one.began,
                "over": one.over,
                "resumed": one.resumed,
            }
            for one in outcome.happened
        ],
        "gaps": {
            name: [
                {
                    "began": gap.began.isoformat(),
                    "ended": gap.ended and gap.ended.isoformat(),
                    "reason": gap.reason,
                }
                for gap in gaps
            ]
            for name, gaps in outcome.gaps.items()
        },
        "set_aside": [
            {"camera": chunk.camera, "source": chunk.source.rpartition("/")[2], "reason": chunk.reason}
            for chunk in outcome.chunks.values()
            if chunk.state is State.QUARANTINED
        ],
        "searches": [asdict(one) for one in outcome.asked],
    }
