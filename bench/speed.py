"""How fast every stage is on this machine, beside what others would run there, and how near to the hardware.

    python -m bench.speed [STAGE ...] [--check] [--plot PNG]

A ratio is what a peer takes in times of what we take. The results go to `bench/results/speed.json`; where
only some stages are named the others stay there as they are, if they are of the same machine. `--check`
compares with what is there instead, and ends with status 1 where a ratio has fallen by more than a quarter.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import torch
from rich.console import Console
from rich.table import Table

from bench.curves import Curve
from bench.machine import processor
from bench.measures import CURVES, STAGES, Peer, Stage, parts, peaks
from pipeline.settings import Settings

RESULTS = Path(__file__).parent / "results" / "speed.json"
FALLEN = 0.75  # of a committed ratio


@dataclass(frozen=True, slots=True)
class Results:
    """One run."""

    machine: str
    gigaflops: dict[str, float]  # a second, by kind of number: one thread's product of large matrices
    gigabytes: float  # a second: one thread's copy of a large array, read and written
    stages: tuple[Stage, ...]
    curves: tuple[Curve, ...]

    def ratios(self) -> dict[str, float]:
        """Every peer's time in times of ours."""
        return {
            f"{stage.name} | {peer.name}": peer.milliseconds / stage.milliseconds
            for stage in self.stages
            for peer in stage.peers
        }

    def over(self, before: "Results | None") -> "Results":
        """These, and what an earlier run of the same machine has of other stages."""
        if before is None or before.machine != self.machine:
            return self
        stages = {stage.name: stage for stage in (*before.stages, *self.stages)}
        curves = {curve.name: curve for curve in (*before.curves, *self.curves)}
        return Results(
            self.machine, self.gigaflops, self.gigabytes, tuple(stages.values()), tuple(curves.values())
        )

    def write(self, path: Path) -> None:
        """As JSON, with the ratios."""
        path.parent.mkdir(exist_ok=True)
        record = {**asdict(self), "ratios": self.ratios()}
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Results | None:
    """What `Results.write` wrote; None where there is nothing yet."""
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    stages = (
        Stage(**{**stage, "peers": tuple(Peer(**peer) for peer in stage["peers"])})
        for stage in record["stages"]
    )
    curves = (
        Curve(**{**curve, "points": tuple((x, y) for x, y in curve["points"])}) for curve in record["curves"]
    )
    return Results(record["machine"], record["gigaflops"], record["gigabytes"], tuple(stages), tuple(curves))


def measure(settings: Settings, named: Sequence[str]) -> Results:
    """The stages and curves of these names, on one thread."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    gigaflops, gigabytes = peaks()
    with parts(settings, gigaflops) as it:
        stages = tuple(stage for name, way in STAGES.items() if name in named for stage in way(it))
        curves = tuple(curve for name, way in CURVES.items() if name in named for curve in way(it))
    machine = f"{processor()}, {torch.get_num_threads()} thread"
    return Results(machine, gigaflops, gigabytes, stages, curves)


def table(results: Results) -> Table:
    """One row a stage and peer."""
    peaks = ", ".join(f"{kind} {peak:.0f}" for kind, peak in results.gigaflops.items())
    drawn = Table(
        title=f"{results.machine}: {peaks} billion operations a second, {results.gigabytes:.0f} GB/s"
    )
    for heading in ("", "ms", "share of the peak", "beside it", "ms", "ratio"):
        drawn.add_column(heading, justify="right" if heading in ("ms", "ratio") else "left")
    for stage in results.stages:
        share = f"{100 * stage.floor / stage.milliseconds:.0f} %" if stage.floor else ""
        first = [stage.name, f"{stage.milliseconds:.2f}", share]
        for peer in stage.peers or (None,):
            rest = (
                [peer.name, f"{peer.milliseconds:.1f}", f"{peer.milliseconds / stage.milliseconds:.1f}"]
                if peer
                else ["", "", ""]
            )
            drawn.add_row(*first, *rest)
            first = ["", "", ""]
    for curve in results.curves:
        drawn.add_row(curve.name, "", "", " ".join(f"{x}: {y:.0f}" for x, y in curve.points), "", "")
        drawn.add_row("", "", "", f"exponent {curve.exponent:.2f}", "", "")
    return drawn


def fallen(before: dict[str, float], now: dict[str, float]) -> list[str]:
    """The ratios that are worse than they were."""
    return [
        f"{name}: {now[name]:.1f}, was {ratio:.1f}"
        for name, ratio in before.items()
        if name in now and now[name] < FALLEN * ratio
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and write or check."""
    every = (*STAGES, *CURVES)
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"of {', '.join(every)} (default: all)")
    parser.add_argument("--check", action="store_true", help="compare with the committed ratios")
    parser.add_argument("--plot", type=Path, help="also draw the ratios and curves")
    options = parser.parse_args(arguments)
    if unknown := set(options.stages) - set(every):
        parser.error(f"there is no stage {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    now, before = measure(Settings(), options.stages or every), read(RESULTS)
    Console(width=130).print(table(now))
    whole = now.over(before)
    if options.plot:
        from bench.drawing import draw

        draw(whole, options.plot)
    if options.check:
        if before is None:
            sys.exit(f"there is nothing to compare with: {RESULTS} is not there")
        worse = fallen(before.ratios(), now.ratios())
        sys.exit("slower than committed: " + "; ".join(worse) if worse else 0)
    whole.write(RESULTS)


if __name__ == "__main__":
    main()
