"""Every stage beside what others would run in its place: what `bench.speed` puts together.

One thread. Times are of the processor, not of the clock on the wall, so that what else the machine does
blurs them less.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from time import process_time

import numpy as np
import openvino as ov
import openvino.opset15 as ops
import torch

from bench import ingest
from bench.clips import busy_clip, empty_clip
from bench.curves import Curve, camera_curve, keyframes, people_curve
from bench.footage import shared_folder
from bench.peers import ClipTower, CrossEncoder, ReleasedText
from bench.rerank import released_look
from models.acsa.encoder import SHIPPED as SEARCH
from models.acsa.encoder import AcsaEncoder, load_encoder
from models.acsa.tokens import Reader, load_tokenizer
from models.detection.detector import PersonDetector, load_detector
from models.detection.letterbox import letterbox
from models.runtimes.engine import core
from models.runtimes.sample import people, scenes
from pipeline import build
from pipeline.settings import Settings

ASKED = "a woman with long brown hair in a dark green coat, with black trousers and a red handbag"
SIZE = 640
BUSY, EMPTY = 20, 40  # seconds of footage


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
    peers: tuple[Peer, ...] = ()
    gigaflops: float | None = None  # of multiplications and additions, at least
    floor: float | None = None  # milliseconds that they take at the processor's measured peak


class Parts:
    """What the measurements share, each made when it is first asked for."""

    def __init__(self, settings: Settings, peaks: Mapping[str, float], folder: Path) -> None:
        """`peaks`: as the function of this name says. `folder`: for footage."""
        self.settings, self._peaks, self._folder = settings, peaks, folder
        self._runtime = build.runtime(settings)

    @cached_property
    def encoder(self) -> AcsaEncoder:
        return load_encoder(str(SEARCH), runtime=self._runtime)

    @cached_property
    def reference(self) -> AcsaEncoder:
        return load_encoder(str(SEARCH))

    @cached_property
    def detector(self) -> PersonDetector:
        return load_detector(runtime=self._runtime)

    @cached_property
    def busy(self) -> Path:
        return busy_clip(self._folder / "busy.mp4", BUSY)

    @cached_property
    def empty(self) -> Path:
        return empty_clip(self._folder / "empty.mp4", EMPTY)

    @cached_property
    def often(self) -> Path:
        """As empty, with a keyframe every second."""
        return empty_clip(self._folder / "often.mp4", EMPTY, keyframes=1)

    def stage(self, name: str, took: float, peers: tuple[Peer, ...], work: float, kind: str) -> Stage:
        """With the floor of so many gigaflops in the fastest kind of number that agrees with torch."""
        return Stage(name, took, peers, work, 1000 * work / self._peaks[kind])


@contextmanager
def parts(settings: Settings, peaks: Mapping[str, float]) -> Iterator[Parts]:
    """The parts, with a folder that goes when they do."""
    with tempfile.TemporaryDirectory() as name:
        yield Parts(settings, peaks, Path(name))


def cost(work: Callable[[], object], rounds: int = 7) -> float:
    """Milliseconds of processor time, the median of some rounds after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        began = process_time()
        work()
        taken.append(process_time() - began)
    return 1000 * float(np.median(taken))


def peaks() -> tuple[dict[str, float], float]:
    """Billions of operations a second of one thread by kind of number, and gigabytes."""
    source = np.ones(1 << 25, np.float32)
    target = np.empty_like(source)
    copy = cost(lambda: np.copyto(target, source))
    return {kind: product(kind) for kind in ("f32", "bf16", "int8")}, 2 * source.nbytes / copy / 1e6


def product(kind: str, side: int = 1024) -> float:
    """Billions of operations a second in one large product; bf16 runs as f32 where there is none."""
    rows = ops.parameter([side, side], np.float32)
    weights = np.random.default_rng(0).uniform(-1, 1, (side, side)).astype(np.float32)
    both = [rows, ops.constant(weights)]
    if kind == "int8":  # weights of 255 levels: 256 have no integer for their middle, and run as f32
        both = [ops.fake_quantize(one, -1.0, 1.0, -1.0, 1.0, 256 - at) for at, one in enumerate(both)]
    hint = "f32" if kind == "int8" else kind
    how = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    model = ov.Model([ops.matmul(*both, False, False)], [rows])
    request = core().compile_model(model, "CPU", how).create_infer_request()
    return 2e-6 * side**3 / cost(lambda: request.infer([weights], share_inputs=True), 15)


def detector(it: Parts) -> Iterator[Stage]:
    """One frame to people."""
    from ultralytics.models.yolo.model import YOLO

    scene, reference = scenes()[0], load_detector()
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
    yield it.stage("detector, a frame", cost(lambda: it.detector.detect([scene]), 15), peers, work, "int8")


def image(it: Parts) -> Iterator[Stage]:
    """One crop to its vectors, 32 at once."""
    crops = (people() * 2)[:32]
    tower = ClipTower()
    peers = (
        Peer("the same in torch", cost(lambda: it.reference.encode_images(crops)) / len(crops)),
        Peer("CLIP ViT-B/16 in torch", cost(lambda: tower.encode_images(crops[:4]), 3) / 4),
    )
    shape = it.encoder.card.architecture.image
    work = 3.4 * shape.height * shape.width / SIZE**2  # YOLO11n's first eleven layers
    taken = cost(lambda: it.encoder.encode_images(crops)) / len(crops)
    yield it.stage("image branch, a crop", taken, peers, work, "bf16")


def text(it: Parts) -> Iterator[Stage]:
    """One description to its vectors."""
    released = ReleasedText()
    peers = (
        Peer("the same in torch", cost(lambda: it.reference.encode_text(ASKED))),
        Peer("the release: 11 padded passes of BERT", cost(released, 1)),
    )
    described = it.encoder.card.architecture.text
    reader = Reader(load_tokenizer(SEARCH.with_suffix(".tokenizer.json")), described)
    shape = described.shape
    hidden, inner = int(shape["hidden_size"]), int(shape["intermediate_size"])
    weights = int(shape["num_hidden_layers"]) * (4 * hidden**2 + 2 * hidden * inner)
    work = 2e-9 * weights * len(reader.read(ASKED).pieces)
    yield it.stage(
        "text branch, a description", cost(lambda: it.encoder.encode_text(ASKED), 15), peers, work, "bf16"
    )


def look(it: Parts) -> Iterator[Stage]:
    """The close look at the candidates of one description."""
    shape, ours = it.encoder.card.architecture, it.encoder
    asked = ours.encode_text(ASKED)
    for candidates in (100, 1000):
        rng = np.random.default_rng(0)
        stored = rng.standard_normal((candidates, len(ours.parts), shape.width)).astype(np.float16)
        nearness = np.zeros(candidates, np.float32)
        peers = [Peer("the release, a caption at a time", cost(partial(released_look, candidates)))]
        if candidates == 100:
            other = CrossEncoder()
            peers.append(Peer("ALBEF-sized cross-encoder", cost(partial(other, 4), 1) * candidates / 4))
        taken = cost(partial(ours.score, asked, nearness, stored), 15)
        work = 2e-9 * stored.size * 2 * shape.attention
        yield it.stage(f"close look at {candidates}", taken, tuple(peers), work, "f32")


def whole(it: Parts) -> Iterator[Stage]:
    """A second of footage through everything."""
    clips = it.busy, it.empty, it.often
    ours, still, often = (ingest.apart(ingest.ours, [clip], "", "") for clip in clips)
    plain = ingest.apart(ingest.peer, [it.busy], "", ingest.published(shared_folder()))
    yield Stage(
        "all of it, a second of 1080p25",
        1000 * ours.processor / ours.footage,
        (Peer("plain script", 1000 * plain.processor / plain.footage),),
    )
    yield Stage("all of it, a second with nobody", 1000 * still.processor / still.footage)
    yield Stage("the same, a keyframe every second", 1000 * often.processor / often.footage)


def keys(it: Parts) -> Iterator[Stage]:
    """A second of footage of which only the keyframes, one every two seconds, are watched."""
    yield Stage("keyframes alone, a second of 1080p25", keyframes(it.busy, it.detector))
    yield Stage("keyframes alone, a second with nobody", keyframes(it.empty, it.detector))


def cameras(it: Parts) -> Iterator[Curve]:
    """How cost grows with the number of cameras."""
    yield camera_curve(it.busy, it.settings)


def crowds(it: Parts) -> Iterator[Curve]:
    """How cost grows with the number of people in view."""
    yield people_curve(it.detector)


STAGES: dict[str, Callable[[Parts], Iterator[Stage]]] = {
    "detector": detector, "image": image, "text": text, "look": look, "whole": whole, "keyframes": keys,
}  # fmt: skip
CURVES: dict[str, Callable[[Parts], Iterator[Curve]]] = {"cameras": cameras, "people": crowds}
