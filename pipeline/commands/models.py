"""`passerby models [drop NAME]` and `passerby reindex`: which models there are, and a change of model."""

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from pipeline import build
from pipeline.keeping import reindex
from pipeline.keeping.change import Telling, telling
from pipeline.ports import Encoder
from pipeline.settings import Settings
from storage.errors import InUseError
from storage.footage.ledger import Ledger
from storage.footage.windows import Windows
from storage.media import open_media
from storage.sightings.index import Index, Models

_err = Console(stderr=True)
_out = Console()


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter both commands."""
    purpose = "which weights ship, and which models have sightings in the index"
    group = verbs.add_parser("models", help=purpose, description=purpose)
    group.set_defaults(act=_list)
    acts = group.add_subparsers(dest="act_on_models", metavar="ACT")
    drop = acts.add_parser("drop", help="delete the sightings of a model that another has replaced")
    drop.add_argument("name", help="its id, as name@sha")
    drop.set_defaults(act=_drop)

    purpose = "index everybody with other weights, then let those answer; what is indexed already stays"
    verb = verbs.add_parser("reindex", help=purpose, description=purpose)
    verb.add_argument("--weights", default="", help="default: PASSERBY_MODEL, or the shipped ones")
    verb.add_argument("--leave-lost", action="store_true", help="do without people whose crops are gone")
    verb.set_defaults(act=_reindex)


def _list(args: Namespace, settings: Settings) -> int:
    shipped = Table("shipped", "size", "measured", "threshold")
    for path in sorted(Path(str(files("models") / "weights")).glob("*.safetensors")):
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        threshold = card.get("calibration", card)["threshold"]
        size = f"{path.stat().st_size / 1e6:.0f} MB"
        shipped.add_row(f"{path.stem}@{card['sha256'][:8]}", size, _measured(card), f"{threshold:g}")
    _out.print(shipped)

    indexed = Table("in the index", "sightings", "", "weights")
    with closing(build.models(settings)) as models:
        for held in models.held():
            indexed.add_row(held.model, _count(models, held.model), held.standing, held.weights or "shipped")
    _out.print(indexed if indexed.row_count else "Nothing has been indexed yet.")
    return 0


def _measured(card: Mapping[str, Any]) -> str:
    """What a card says of its weights, in a line."""
    if "metrics" in card:
        figures = card["metrics"]["whole"]
        return f"{card['metrics']['split']}: R@1 {figures['r1']:.1f}, mAP {figures['map']:.1f}"
    held_out = card["held_out"]
    return f"held out: recall {100 * held_out['recall']:.1f}, precision {100 * held_out['precision']:.1f}"


def _count(models: Models, model: str) -> str:
    try:
        return f"{models.count(model):,}"
    except InUseError:
        return "in use"


def _drop(args: Namespace, settings: Settings) -> int:
    with closing(build.models(settings)) as models:
        models.drop(args.name)
    return 0


def _reindex(args: Namespace, settings: Settings) -> int:
    cv2.setNumThreads(1)
    weights = args.weights or settings.model
    with closing(Windows(settings.database_url)) as windows, telling(windows, weights) as told:
        network = build.encoder(settings, weights)
        with (
            closing(Ledger(settings.database_url)) as ledger,
            closing(build.models(settings)) as models,
            closing(models.beside(network.model)) as index,
        ):
            _fill(ledger, network, index, settings, told, leave_lost=args.leave_lost)
            index.optimize()
            held = reindex.survey(ledger, index)
            before = models.active()
            if before is None or before.model != network.model:
                models.switch(network.model, build.absolute(weights))
        has = f"it has {held.shots - held.missing:,} of {held.shots:,} shots"
        told.end(f"{network.model} answers searches: {has}.", switched=True)
    _err.print(f"{network.model} answers searches: {has}.")
    if before is not None and before.model != network.model:
        _err.print(f"{before.model} is still there; to delete it: passerby models drop {before.model}")
    return 0


def _fill(
    ledger: Ledger, network: Encoder, index: Index, settings: Settings, told: Telling, *, leave_lost: bool
) -> None:
    """Bring the index up to the ledger; ValueError when crops are lost, unless they are to be left."""
    columns = TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    media = open_media(settings.media_url)
    with Bars(*columns, console=_err) as bars:
        task = bars.add_task("")
        for progress in reindex.catch_up(ledger, network, media, index, batch=settings.batch):
            bars.update(task, completed=progress.done, total=progress.of)
            told.note(progress)
    if progress.lost and not leave_lost:
        raise ValueError(
            f"{progress.lost} shots cannot be indexed, the last because {progress.reason}; nothing was "
            "switched: bring their crops back, or run passerby reindex --leave-lost to do without them"
        )
