"""What each step of a search brings on real footage, from the video: one step more a row.

    python -m bench.steps [--weights W.safetensors] [--shared ../shared]

Rules of scoring: `bench.end_to_end`. With every shot a row of its own, five rows may show one person; so the
people among the first five are counted too. Without a threshold every question brings rows.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.end_to_end import Found, clips_in, identity, judge_rows
from bench.footage import Footage, read_footage, shared_folder
from bench.lookup import EXCLUDED, ROWS, has_excluded
from bench.passage import passed
from bench.places import Places, read_places
from models.evaluation.metrics import auroc, summarise
from models.types import TextFeatures
from pipeline.appearance import Track, same_person, track_of
from pipeline.evidence import body
from pipeline.search import Search, one_per_person
from pipeline.types import Match
from storage.types import Hit, Where

SEEN = 5  # rows that somebody looks at
BINS = 10  # of probabilities, to compare them with how often they are right


@dataclass(frozen=True, slots=True)
class Step:
    """A search that goes so far."""

    name: str
    close: bool = True  # cross-attention looks at the pool
    exclusions: bool = True  # what is shut out counts
    rows: str = "people"  # or "tracks", or "shots"
    threshold: bool = True  # of the shipped model; without one, everybody is shown

    def find(self, search: Search, text: str) -> list[Match]:
        """Every row of the answer, best first."""
        asked = search.encoder.encode_text(text)
        if not self.exclusions:
            asked = wanted_only(asked)
        hits = search.index.nearest(asked.vector, search.pool, Where())
        nearness = np.array([hit.nearness for hit in hits], np.float32)
        total = probability = nearness
        if self.close:
            parts = np.stack([hit.sighting.parts for hit in hits])
            scores = search.encoder.score(asked, nearness, parts)
            total, probability = scores.total, scores.probability
        order = np.argsort(-total, kind="stable").tolist()
        found = [Match(hits[i].sighting.shot, float(total[i]), float(probability[i]), ()) for i in order]
        return list(self._rows(found, hits, search))

    def _rows(self, found: Sequence[Match], hits: Sequence[Hit], search: Search) -> Iterator[Match]:
        if self.rows == "shots":
            yield from found
        elif self.rows == "tracks":
            best: dict[Track, Match] = {}
            for match in found:
                best.setdefault(track_of(match.shot), match)
            yield from best.values()
        else:
            yield from one_per_person(found, same_person(hits, body(search.encoder.parts)))


STEPS = (
    Step("nearest by the global vector", close=False, exclusions=False, rows="shots", threshold=False),
    Step("+ re-ranking by cross-attention", exclusions=False, rows="shots", threshold=False),
    Step("+ exclusions", rows="shots", threshold=False),
    Step("+ one row a track", rows="tracks", threshold=False),
    Step("+ one row a person", threshold=False),
    Step("+ threshold: the search that ships"),
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a step is worth; percent unless it is said otherwise."""

    r1: float
    r5: float
    map: float
    people: float  # different people in the first five rows
    negation: float  # questions that exclude something, of whose first three people nobody has it
    auroc: float  # 0..1: best probability where somebody is there against where nobody is
    error: float  # between the probability of a row and how often such rows are right
    false_answers: float
    missed_answers: float


def wanted_only(asked: TextFeatures) -> TextFeatures:
    """The description without what it shuts out."""
    kept = [row for row, out in enumerate(asked.excluded) if not out]
    return replace(
        asked,
        phrases=tuple(asked.phrases[row] for row in kept),
        phrase_vectors=asked.phrase_vectors[kept],
        excluded=(False,) * len(kept),
        kinds={},
    )


def worth(step: Step, search: Search, footage: Footage, places: Places) -> Worth:
    """Ask every question of the benchmark."""
    judged, people, clean, rights = [], [], [], list[tuple[float, bool]]()
    best: dict[bool, list[float]] = {True: [], False: []}
    for query in footage.queries:
        found = [
            Found(identity(match.shot, places), match.probability or 0.0)
            for match in step.find(search, query.text)
        ]
        best[bool(query.relevant)].append(max(row.probability for row in found))
        rights += [(row.probability, row.person in query.relevant) for row in found[:SEEN]]
        if query.relevant:
            judged.append(judge_rows(found, query))
            people.append(len({row.person for row in found[:SEEN] if row.person}))
        if query.id in EXCLUDED:
            named = dict.fromkeys(row.person for row in found if row.person)
            first = [person for person in named if person not in query.ambiguous][:ROWS]
            clean.append(not any(has_excluded(query.id, footage.notes[person]) for person in first))
    mean = summarise(judged)
    present, absent = (np.array(best[there]) for there in (True, False))
    threshold = search.threshold if step.threshold else 0.0
    return Worth(
        mean.r1,
        mean.r5,
        mean.map,
        float(np.mean(people)),
        100 * float(np.mean(clean)),
        auroc(present, absent),
        100 * miscalibration(rights),
        100 * float(np.mean(absent >= threshold)),
        100 * float(np.mean(present < threshold)),
    )


def miscalibration(rights: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error, 0..1, over equally wide bins of probability."""
    chances = np.clip([chance for chance, _ in rights], 0, 1)
    true = np.array([right for _, right in rights], float)
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    return float(
        sum(
            (bins == each).mean() * abs(chances[bins == each].mean() - true[bins == each].mean())
            for each in range(BINS)
            if (bins == each).any()
        )
    )


def table(results: dict[str, Worth], model: str) -> Table:
    """One row per step."""
    drawn = Table(
        title=f"What each step brings, {model}, from the video: 60 questions, 11 for nobody; percent"
    )
    columns: dict[str, Callable[[Worth], str]] = {
        "R@1": lambda one: f"{one.r1:.1f}",
        "R@5": lambda one: f"{one.r5:.1f}",
        "mAP": lambda one: f"{one.map:.1f}",
        f"people in {SEEN} rows": lambda one: f"{one.people:.1f}",
        f"exclusions kept out of {ROWS}": lambda one: f"{one.negation:.0f}",
        "AUROC": lambda one: f"{one.auroc:.2f}",
        "error of the probability": lambda one: f"{one.error:.1f}",
        "false answers": lambda one: f"{one.false_answers:.0f}",
        "missed answers": lambda one: f"{one.missed_answers:.0f}",
    }
    drawn.add_column("search")
    for heading in columns:
        drawn.add_column(heading, justify="right")
    for name, one in results.items():
        drawn.add_row(name, *(show(one) for show in columns.values()))
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.steps", description="What each step of a search brings."
    )
    parser.add_argument("--weights", default="", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder that holds real-lookup")
    options = parser.parse_args(arguments)
    try:
        footage = read_footage(options.shared)
        places = read_places(footage.gallery)
        with (
            tempfile.TemporaryDirectory() as folder,
            passed(clips_in(options.shared), Path(folder), weights=options.weights, detector="") as there,
        ):
            results = {step.name: worth(step, there.search, footage, places) for step in STEPS}
            model = there.search.encoder.model
    except (OSError, ValueError) as error:
        sys.exit(f"steps: {error}")
    Console(width=150).print(table(results, model))


if __name__ == "__main__":
    main()
