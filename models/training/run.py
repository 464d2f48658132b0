"""A whole training run: prepare the data and the network, step, validate, keep the best, leave a state to
resume.
"""

import json
import logging
import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType

import torch
from rich.console import Console
from tokenizers import Tokenizer
from torch import distributed

from models.acsa.card import Card
from models.acsa.checkpoint import load_checkpoint, resized, save_checkpoint
from models.acsa.kinds import general
from models.acsa.network import Acsa
from models.acsa.tokens import Reader
from models.data.dataset import read_dataset
from models.evaluation import tables
from models.evaluation.validation import Validated, embed_images, embed_texts, validate
from models.training.batches import ALONE, Share, TrainingSet
from models.training.beginnings import begin
from models.training.objective import Objective
from models.training.recipe import Preset
from models.training.runlog import Table, draw_curves, duration
from models.training.sampler import IdentitySampler
from models.training.trainer import Trainer

log = logging.getLogger(__name__)
SAVE_EVERY = 300.0  # seconds between saved states
TELL_EVERY = 10.0  # seconds between lines of progress
CHECK_LIMIT = 2000  # pictures of the validation split that are used
LICENCE = "the terms of the training data and of the weights it began from apply"


@dataclass(frozen=True, slots=True)
class Run:
    """One training run."""

    preset: Preset
    data: Path
    out: Path
    cache: Path
    start: Path | None = None  # a checkpoint to go on from, with its own architecture and tokenizer
    size: tuple[int, int] | None = None  # height and width of pictures, in place of those of `start`
    steps: int | None = None  # instead of epochs
    resume: bool = False
    tolerance: float = 0.0  # share of pictures that may be missing


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What the steps of a run work on."""

    network: Acsa
    tokenizer: Tokenizer
    training: TrainingSet
    checking: TrainingSet | None  # in the first process only
    sampler: IdentitySampler
    steps: int
    began: str  # the model that it goes on from; empty: from none


def train(run: Run, device: torch.device, share: Share = ALONE) -> float:
    """Train, validate and keep the best; returns the best mAP on the validation split, percent."""
    ready = prepare(run, share)
    data, recipe = ready.training.data, run.preset.recipe
    objective = Objective(ready.network, recipe.losses, data.identity_count)
    trainer = Trainer(objective, recipe, ready.steps, device=device, share=share, wreck=run.out / "wreck.pt")
    state = run.out / "last.pt"
    if run.resume and not state.is_file():
        raise FileNotFoundError(f"{state} is missing: there is nothing to resume, leave --resume out")
    begun, best = trainer.load(state) if run.resume else (0, -1.0)
    record = None
    if share.number == 0:
        _write_config(run, ready)
        record = Record(run, ready, begun, best)
    check_at = {math.ceil(ready.steps * (i + 1) / recipe.evaluations) for i in range(recipe.evaluations)}
    with stop_requests() as asked:
        for number in range(begun, ready.steps):
            terms = trainer.step(number, ready.training, ready.sampler)
            done, stop = number + 1, anybody(bool(asked), share, device)
            if record:
                record.step(done, terms, trainer.optimizer.param_groups[-1]["lr"])
                if done in check_at:
                    record.check(done, trainer.network)
                if done in check_at or stop or record.since_saved() > SAVE_EVERY:
                    trainer.save(state, done, record.best)
                    record.saved = time.monotonic()
            if share.total > 1 and done in check_at:
                distributed.barrier()
            if stop:
                log.info("stopped after step %d: go on with --resume", done)
                break
    return record.best if record else best


def anybody(asked: bool, share: Share, device: torch.device) -> bool:
    """Whether any process was asked to stop: all have to stop after the same step."""
    if share.total == 1:
        return asked
    flag = torch.tensor(float(asked), device=device)
    distributed.all_reduce(flag, distributed.ReduceOp.MAX)
    return bool(flag)


def prepare(run: Run, share: Share) -> Prepared:
    """Read the data and build the network it trains."""
    recipe = run.preset.recipe
    data = read_dataset(run.data, tolerance=run.tolerance)
    if not share.number:
        Console().print(tables.counts(data))
    train_data = data.split("train")
    if recipe.frozen_trunk and recipe.trunk_from == "random" and not run.start:
        raise ValueError(
            "the recipe freezes part of a trunk that begins at random: give --trunk-from FILE, "
            "or --set recipe.frozen_trunk=[]"
        )
    torch.manual_seed(recipe.seed)
    began = ""
    if run.start:
        loaded = load_checkpoint(run.start)
        network, tokenizer, began = loaded.network, loaded.tokenizer, loaded.card.model
        if run.size:
            network = resized(network, *run.size)
    else:
        captions = list(train_data.captions)
        network, tokenizer = begin(run.preset.architecture, recipe.trunk_from, recipe.text_from, captions)
    shape, reader = network.architecture.image, Reader(tokenizer, network.architecture.text)
    if share.number:
        distributed.barrier()  # the first process fills the cache
    training = TrainingSet(train_data, reader, shape, cache=run.cache)
    checking = None
    if not share.number:
        few = data.split("val")
        few = replace(few, examples=few.examples[:CHECK_LIMIT])
        checking = TrainingSet(few, reader, shape, cache=run.cache)
        if share.total > 1:
            distributed.barrier()
    sampler = IdentitySampler(
        train_data.identities,
        batch=recipe.batch * recipe.accumulate * share.total,
        per_identity=recipe.pictures_per_identity,
        seed=recipe.seed,
    )
    steps = run.steps or math.ceil(recipe.epochs * sampler.steps)
    return Prepared(network, tokenizer, training, checking, sampler, steps, began)


class Record:
    """What a run leaves in its folder while it goes on."""

    def __init__(self, run: Run, ready: Prepared, begun: int, best: float) -> None:
        self.run, self.ready, self.begun, self.best = run, ready, begun, best
        self.steps = Table(run.out / "steps.csv", up_to=begun)
        self.checks = Table(run.out / "validation.csv", up_to=begun)
        self.began = self.saved = time.monotonic()
        self.told = 0.0

    def since_saved(self) -> float:
        return time.monotonic() - self.saved

    def step(self, done: int, terms: dict[str, float], rate: float) -> None:
        """Log a step."""
        now = time.monotonic()
        sampler, seconds = self.ready.sampler, now - self.began
        speed = (done - self.begun) * sampler.batch / seconds
        told = {"rate": rate, "crops_per_second": speed, "seconds": seconds}
        self.steps.add({"step": done, "epoch": done / sampler.steps, **terms, **told})
        if now - self.told > TELL_EVERY or done == self.ready.steps:
            self.told = now
            parts = ", ".join(f"{name} {value:.3f}" for name, value in terms.items())
            left = duration((self.ready.steps - done) * seconds / (done - self.begun))
            log.info("step %d/%d: %s; %.0f crops/s, %s left", done, self.ready.steps, parts, speed, left)

    def check(self, done: int, network: Acsa) -> None:
        """Validate, and keep the network if it is the best so far."""
        if self.ready.checking is None:
            raise ValueError("only the first process validates")
        result = check(network, self.ready.checking)
        whole, near = result.whole, result.nearness
        log.info(
            "validation after step %d: R@1 %.2f mAP %.2f, by the global vector alone R@1 %.2f mAP %.2f, "
            "weight %.2f",
            done, whole.r1, whole.map, near.r1, near.map, result.weight,
        )  # fmt: skip
        row = {"r1": whole.r1, "map": whole.map, "global_r1": near.r1, "global_map": near.map}
        self.checks.add({"step": done, **row, "weight": result.weight})
        if whole.map > self.best:
            self.best = whole.map
            self._keep(done, network, result)
        draw_curves(self.steps, self.checks, self.run.out / "curves.png")

    def _keep(self, done: int, network: Acsa, result: Validated) -> None:
        data, recipe = self.ready.training.data, self.run.preset.recipe
        card = Card(
            network.architecture,
            weight=result.weight,
            calibration=result.calibration,
            data={"name": data.name, "pictures": len(data), "captions": len(data.captions),
                  "identities": data.identity_count, "rendered": data.rendered},
            metrics={"split": "val", "step": done, "whole": asdict(result.whole),
                     "global": asdict(result.nearness)},
            recipe={**recipe.record(), "steps": self.ready.steps, "from": self.ready.began},
            licence=LICENCE,
        )  # fmt: skip
        save_checkpoint(self.run.out / "checkpoint.safetensors", network, self.ready.tokenizer, card)


def check(network: Acsa, data: TrainingSet) -> Validated:
    """Validate a network in full precision."""
    network.eval()
    images, texts = embed_images(network, data.images), embed_texts(network, data.texts)
    things = [
        (embed_texts(network, [data.reader.read(word) for word in words]), has)
        for words, has in data.data.things(general())
    ]
    return validate(network, images, texts, data.data.matches(), data.phrases_true, things)


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """The signals that asked the run to stop, so that it can finish its step first; empty while none has."""
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_config(run: Run, ready: Prepared) -> None:
    run.out.mkdir(parents=True, exist_ok=True)
    data = ready.training.data
    values = {
        "architecture": ready.network.architecture.record(),
        "recipe": run.preset.recipe.record(),
        "data": str(run.data),
        "steps": ready.steps,
    }
    (run.out / "config.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    log.info(
        "training on %d pictures of %d people with %d captions: %d steps of %d, %.1f epochs",
        len(data), data.identity_count, len(data.captions), ready.steps, ready.sampler.batch,
        ready.steps / ready.sampler.steps,
    )  # fmt: skip
