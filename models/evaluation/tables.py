"""Tables for people: what a data set holds and how a run stands beside published ones."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Group
from rich.table import Table
from rich.text import Text

from models.data.annotations import SplitCount
from models.data.dataset import Dataset
from models.evaluation.cost import CANDIDATES, Cost
from models.evaluation.metrics import Retrieval, Spread
from models.evaluation.published import COUNTS, ROWS
from models.evaluation.ranking import Ranking


def counts(dataset: Dataset) -> Group:
    """What the annotation file holds of each split, beside the published counts, and what was noted."""
    published = {} if dataset.rendered else {row.split: row for row in COUNTS.get(dataset.name, ())}
    table = Table(title=f"{dataset.name} in {dataset.folder}")
    for heading in ("split", "identities", "pictures", "captions", "published", "pictures in use"):
        table.add_column(heading, justify="left" if heading == "split" else "right")
    differs = []
    for row in dataset.written:
        expected = published.get(row.split)
        used = sum(example.split == row.split for example in dataset.examples)
        table.add_row(row.split or "(none)", *_numbers(row), _comparison(row, expected), f"{used:,}")
        if expected not in (None, row):
            differs.append(row.split)
    for split, used in sorted(Counter(example.split for example in dataset.examples).items()):
        if split not in {row.split for row in dataset.written}:
            table.add_row(split, "-", "-", "-", "-", f"{used:,}")
    missing = sorted(published.keys() - {row.split for row in dataset.written})
    notes = [*dataset.notes]
    if differs or missing:
        notes.append(
            f"not the published {dataset.name} ({', '.join([*differs, *missing])} differ): figures on it"
            " compare with nobody's"
        )
    if dataset.rendered:
        notes.append("rendered people: no figure on them may stand beside published ones")
    return Group(table, *(Text(f"  {note}") for note in notes))


def rankings(measured: Mapping[str, Ranking]) -> Table:
    """Both directions of each way of scoring; percent."""
    table = Table(title="whole gallery, ties against the model, percent")
    for heading in ("direction", "score", "R@1", "R@5", "R@10", "mAP", "mINP"):
        table.add_column(heading, justify="left" if heading in ("direction", "score") else "right")
    for direction in ("text_to_image", "image_to_text"):
        for name, ranking in measured.items():
            table.add_row(direction.replace("_", " "), name, *_percent(getattr(ranking, direction)))
        table.add_section()
    return table


def over_seeds(spreads: Mapping[str, tuple[Spread, Spread]], seeds: int) -> Table:
    """Mean and deviation of each way of scoring, text to image and image to text."""
    table = Table(title=f"mean and deviation of {seeds} seeds, percent")
    for heading in ("direction", "score", "R@1", "R@5", "R@10", "mAP", "mINP"):
        table.add_column(heading, justify="left" if heading in ("direction", "score") else "right")
    for column, direction in enumerate(("text to image", "image to text")):
        for name, both in spreads.items():
            means, deviations = _percent(both[column].mean), _percent(both[column].deviation)
            table.add_row(direction, name, *(f"{m} ±{d}" for m, d in zip(means, deviations, strict=True)))
        table.add_section()
    return table


def cost(measured: Cost) -> Table:
    """What a network costs to use."""
    size = f"{measured.parameters / 1e6:.1f} M parameters"
    table = Table(title=f"{size}; on {measured.device}, {measured.threads} threads")
    for heading in ("one", "GMAC", "ms"):
        table.add_column(heading, justify="left" if heading == "one" else "right")
    for name, step in (
        ("picture", measured.image),
        ("description with its phrases", measured.query),
        (f"close look at {CANDIDATES} candidates", measured.close_look),
    ):
        table.add_row(name, f"{step.macs / 1e9:.3f}", f"{step.milliseconds:.1f}")
    return table


def beside_published(dataset: Dataset, split: str, runs: Iterable[tuple[str, Retrieval]]) -> Table:
    """The run's text-to-image rows under the published ones of the same test split.

    Raises:
        ValueError: the data are rendered, cut down, or not a data set that others report on.
    """
    if dataset.rendered:
        raise ValueError(
            f"{dataset.name} holds rendered people: its scores cannot stand beside those on photographs;"
            " leave out --paper-table"
        )
    if dataset.name not in COUNTS or split != "test":
        raise ValueError(
            f"nobody has published scores on split {split} of {dataset.name}; --paper-table is for the test"
            f" splits of {', '.join(COUNTS)}"
        )
    expected = next(row for row in COUNTS[dataset.name] if row.split == split)
    if expected not in dataset.written or len(dataset) != expected.images:
        raise ValueError(
            f"this test split of {dataset.name} is not the published one of {expected.images:,} pictures, so"
            " the scores are not comparable; fetch the whole data set"
        )
    table = Table(title=f"{dataset.name} test, text to image, percent")
    for heading in ("method", "network", "R@1", "mAP", "source", "note"):
        table.add_column(heading, justify="right" if heading in ("R@1", "mAP") else "left")
    for row in sorted(ROWS, key=lambda row: row.person_pretraining):
        if score := row.scores.get(dataset.name):
            note = "; ".join(filter(None, ("person pretraining" * row.person_pretraining, row.note)))
            mean = "-" if score.map is None else f"{score.map:.2f}"
            table.add_row(row.method, row.network, f"{score.r1:.2f}", mean, row.source, note)
    table.add_section()
    for name, run in runs:
        table.add_row(
            f"this run, {name}", "", f"{run.r1:.2f}", f"{run.map:.2f}", "measured here", "", style="bold"
        )
    table.caption = (
        "One point of R@1 on CUHK-PEDES and two on RSTPReid are within the spread of seeds; most sources"
        " chose their epoch on the test split."
    )
    return table


def _numbers(row: SplitCount) -> tuple[str, str, str]:
    return f"{row.identities:,}", f"{row.images:,}", f"{row.captions:,}"


def _comparison(row: SplitCount, expected: SplitCount | None) -> str:
    if expected is None:
        return "-"
    return "the same" if row == expected else " / ".join(_numbers(expected))


def _percent(result: Retrieval) -> tuple[str, ...]:
    return tuple(f"{value:.2f}" for value in (result.r1, result.r5, result.r10, result.map, result.minp))
