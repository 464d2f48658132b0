"""How fast every stage is on this machine, beside what others would run there, and how near to the hardware.

    python -m bench.speed [--check] [--plot PNG]

One thread. Times are of the processor, not of the clock on the wall, so that what else the machine does
blurs them less; a ratio is what a peer takes in times of what we take. The results go to
`bench/results/speed.json`; `--check` compares with what is committed there instead, and ends with status 1
where a ratio has fallen by more than a quarter.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from bench.clips import busy_clip, empty_clip
from bench.curves import Curve, camera_curve, keyframes, people_curve
from bench.footage import shared_folder
from bench.machine import processor
from bench.peers import ClipTower, CrossEncoder, ReleasedText
from bench.rerank import released_look
from models.acsa.encoder import SHIPPED as SEARCH
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.detection.detector import load_detector
from models.detection.letterbox import letterbox
from models.runtimes.choice import Runtime
from models.runtimes.sample import people, scenes
from pipeline import build
from pipeline.settings import Settings

RESULTS = Path(__file__).parent / "results" / "speed.json"
FALLEN = 0.75  # of a committed ratio
ASKED = "a woman with long brown hair in a dark green coat, with black trousers and a red handbag"
SIZE = 640


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's way to the same end."""

    name: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One piece of work."""

    name: str
    milliseconds: float  # ours
    peers: tuple[Peer, ...]
    gigaflops: float | None = None  # of multiplications and additions, at least
    floor: float | None = None  # milliseconds that they take at the processor's measured peak in float32


@dataclass(frozen=True, slots=True)
class Results:
    """One run."""

    machine: str
    gigaflops: float  # a second: one thread's product of large float32 matrices
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


def cost(work: Callable[[], object], rounds: int = 7) -> float:
    """Milliseconds of processor time, the median of some rounds after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return 1000 * float(np.median(taken))


def peaks() -> tuple[float, float]:
    """Gigaflops and gigabytes a second of one thread."""
    one = torch.rand(1024, 1024)
    product = cost(lambda: one @ one)
    source = np.ones(1 << 25, np.float32)
    target = np.empty_like(source)
    copy = cost(lambda: np.copyto(target, source))
    return 2 * 1024**3 / product / 1e6, 2 * source.nbytes / copy / 1e6


def detector_stage(fast: Runtime, peak: float) -> Stage:
    """One frame to people."""
    from ultralytics.models.yolo.model import YOLO

    scene = scenes()[0]
    ours, reference = load_detector(runtime=fast), load_detector()
    usual = YOLO("yolo11n.yaml", verbose=False)  # random weights: nothing is found, so nothing is drawn
    height, width = letterbox(scene, SIZE).pixels.shape[:2]
    usual.predict(scene, imgsz=(height, width), verbose=False, device="cpu")
    torch.set_num_threads(1)
    peers = (
        Peer("the same in torch", cost(lambda: reference.detect([scene]))),
        Peer(
            "predict() of ultralytics",
            cost(lambda: usual.predict(scene, imgsz=(height, width), verbose=False)),
        ),
    )
    work = 6.5 * height * width / SIZE**2  # YOLO11n: 6.5 gigaflops at 640 x 640
    return Stage("detector, a frame", cost(lambda: ours.detect([scene])), peers, work, 1000 * work / peak)


def image_stage(ours: AcsaEncoder, reference: AcsaEncoder, peak: float) -> Stage:
    """One crop to its vectors, in batches of 32."""
    crops = (people() * 2)[:32]
    tower = ClipTower()
    peers = (
        Peer("the same in torch", cost(lambda: reference.encode_images(crops), 3) / len(crops)),
        Peer("CLIP ViT-B/16 in torch", cost(lambda: tower.encode_images(crops[:4]), 3) / 4),
    )
    shape = ours.card.architecture.image
    work = 3.4 * shape.height * shape.width / SIZE**2  # YOLO11n's first eleven layers
    taken = cost(lambda: ours.encode_images(crops)) / len(crops)
    return Stage("image branch, a crop", taken, peers, work, 1000 * work / peak)


def text_stage(ours: AcsaEncoder, reference: AcsaEncoder) -> Stage:
    """One description to its vectors."""
    released = ReleasedText()
    peers = (
        Peer("the same in torch", cost(lambda: reference.encode_text(ASKED))),
        Peer("the release: 11 padded passes of BERT", cost(released, 1)),
    )
    return Stage("text branch, a description", cost(lambda: ours.encode_text(ASKED), 15), peers)


def look_stage(ours: AcsaEncoder, candidates: int) -> Stage:
    """The close look at so many candidates of one description."""
    width = ours.card.architecture.width
    parts = np.random.default_rng(0).standard_normal((candidates, len(ours.parts), width)).astype(np.float16)
    text, nearness = ours.encode_text(ASKED), np.zeros(candidates, np.float32)
    peers = [Peer("the release, a caption at a time", cost(lambda: released_look(candidates)))]
    if candidates == 100:
        other = CrossEncoder()
        peers.append(Peer("ALBEF-sized cross-encoder", cost(lambda: other(4), 1) * candidates / 4))
    taken = cost(lambda: ours.score(text, nearness, parts), 15)
    return Stage(f"close look at {candidates}", taken, tuple(peers))


def measure(settings: Settings) -> Results:
    """Everything, on one thread."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    gigaflops, gigabytes = peaks()
    fast = build.runtime(settings)
    ours, reference = load_encoder(str(SEARCH), runtime=fast), load_encoder(str(SEARCH))
    stages = [
        detector_stage(fast, gigaflops),
        image_stage(ours, reference, gigaflops),
        text_stage(ours, reference),
        look_stage(ours, 100),
        look_stage(ours, 1000),
    ]
    with tempfile.TemporaryDirectory() as name:
        busy, empty = busy_clip(Path(name, "busy.mp4"), 10), empty_clip(Path(name, "empty.mp4"), 20)
        stages += whole_stages(busy, empty)
        watched = keyframes(busy, load_detector(runtime=fast))
        stages.append(Stage("watching keyframes, a second of 1080p25", watched, ()))
        curves = (camera_curve(busy, settings), people_curve(load_detector(runtime=fast)))
    machine = f"{processor()}, {torch.get_num_threads()} thread"
    return Results(machine, gigaflops, gigabytes, tuple(stages), curves)


def whole_stages(busy: Path, empty: Path) -> list[Stage]:
    """A second of footage through everything."""
    from bench import ingest

    ours, still = (ingest.apart(ingest.ours, [clip], "", "") for clip in (busy, empty))
    plain = ingest.apart(ingest.peer, [busy], "", ingest.published(shared_folder()))
    return [
        Stage(
            "all of it, a second of 1080p25",
            1000 * ours.processor / ours.footage,
            (Peer("plain script", 1000 * plain.processor / plain.footage),),
        ),
        Stage("all of it, a second with nobody", 1000 * still.processor / still.footage, ()),
    ]


def table(results: Results) -> Table:
    """One row a stage and peer."""
    drawn = Table(title=f"{results.machine}: {results.gigaflops:.0f} GFLOP/s, {results.gigabytes:.0f} GB/s")
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
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="compare with the committed ratios")
    parser.add_argument("--plot", type=Path, help="also draw the ratios and curves")
    options = parser.parse_args(arguments)
    results = measure(Settings())
    Console(width=130).print(table(results))
    if options.plot:
        from bench.drawing import draw

        draw(results, options.plot)
    if options.check:
        worse = fallen(json.loads(RESULTS.read_text())["ratios"], results.ratios())
        sys.exit("slower than committed: " + "; ".join(worse) if worse else 0)
    RESULTS.parent.mkdir(exist_ok=True)
    record = {**asdict(results), "ratios": results.ratios()}
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
