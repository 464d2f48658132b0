"""Who is found by description on real footage, beside colour words on the same crops.

python -m bench.lookup [--weights W.safetensors ...] [--runtimes R ...]

The gallery is given: 113 hand-drawn boxes. Rules of scoring: README.md of the benchmark's folder.
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.colour_words import by_colour_words
from bench.footage import Footage, LookupQuery, read_footage, shared_folder
from bench.marks import Marks
from models.acsa.encoder import load_encoder
from models.evaluation.metrics import Judged, Retrieval, auroc, judge, summarise
from models.types import Image
from pipeline import build
from pipeline.ports import Encoder
from pipeline.settings import Settings

ROWS = 3  # people whom somebody looks at before giving up
EXCLUDED = {  # query: what a person's note says where they have what the query shuts out
    "q51": r"bag",
    "q52": r"paper",
    "q53": r"blonde",
    "q54": r"jacket|coat",
    "q55": r"\bred\b[^,]*jacket",
    "q56": r"(black|dark)[^,]*(jacket|coat)",
    "q57": r"\bred\b",
    "q58": r"jacket|coat",
    "q59": r"cardigan",
    "q60": r"sunglasses",
}


@dataclass(frozen=True, slots=True)
class LookupScores:
    """What a way of searching is worth; percent unless it is said otherwise."""

    styles: dict[str, Retrieval]  # sentence, short, negation
    overall: Retrieval
    deviation: Retrieval  # of the means over random halves of the queries
    auroc: float  # 0..1: best probability of queries that have an answer against absent ones
    negation: float | None  # negation queries whose first three people all lack the excluded thing
    false_answers: float | None  # absent queries answered with somebody; None without a threshold
    missed_answers: float | None  # other queries answered with nobody


def lookup(encoder: Encoder, shared: Path, *, threshold: float | None = None) -> LookupScores:
    """Score the full model, cross-attention included, on the footage below `shared`."""
    footage = read_footage(shared)
    marks = by_encoder(encoder, [crop.image for crop in footage.gallery])
    return run_lookup(marks, footage, threshold=threshold)


def by_encoder(encoder: Encoder, images: Sequence[Image]) -> Callable[[str], Marks]:
    """Compare descriptions with crops as search does, without a pool: every crop gets the close look."""
    features = encoder.encode_images(images)
    vectors = np.stack([feature.vector for feature in features])
    parts = np.stack([feature.parts for feature in features])

    def marks(text: str) -> Marks:
        asked = encoder.encode_text(text)
        scores = encoder.score(asked, vectors @ asked.vector, parts)
        return Marks(scores.total, scores.probability)

    return marks


def run_lookup(
    marks: Callable[[str], Marks], footage: Footage, *, threshold: float | None = None
) -> LookupScores:
    """Score anything that gives every crop of the gallery a mark for a description."""
    people = np.array([crop.identity for crop in footage.gallery])
    given = {query.id: marks(query.text) for query in footage.queries}
    asked = [query for query in footage.queries if query.relevant]
    judged = {query.id: rank(given[query.id], query, people) for query in asked}
    styles = dict.fromkeys(query.style for query in asked)
    best = {name: float(mark.probability.max()) for name, mark in given.items()}
    present = np.array([best[query.id] for query in asked])
    absent = np.array([best[query.id] for query in footage.queries if not query.relevant])
    clean = [
        _keeps_out(given[query.id], query, people, footage.notes) for query in asked if query.id in EXCLUDED
    ]
    return LookupScores(
        styles={
            name: summarise([judged[query.id] for query in asked if query.style == name]) for name in styles
        },
        overall=summarise(judged.values()),
        deviation=_deviation(list(judged.values())),
        auroc=auroc(present, absent),
        negation=100 * float(np.mean(clean)) if clean else None,
        false_answers=None if threshold is None else 100 * float(np.mean(absent >= threshold)),
        missed_answers=None if threshold is None else 100 * float(np.mean(present < threshold)),
    )


def rank(marks: Marks, query: LookupQuery, people: NDArray[np.str_]) -> Judged:
    """Judge one description over the crops of `people` (n,), those of ambiguous people left out."""
    counted = ~np.isin(people, list(query.ambiguous))
    true = np.isin(people, list(query.relevant))
    return judge(marks.score[None, counted], true[None, counted])


def has_excluded(query: str, note: str) -> bool:
    """Whether a person of this note has what the query of this id shuts out."""
    return re.search(EXCLUDED[query], note) is not None


def _keeps_out(marks: Marks, query: LookupQuery, people: NDArray[np.str_], notes: Mapping[str, str]) -> bool:
    """Whether nobody who has the excluded thing is among the first people, each at their best crop."""
    has = {person: has_excluded(query.id, notes[person]) for person in set(people.tolist())}
    innocent = np.array([not has[person] for person in people.tolist()])
    order = people[np.lexsort((innocent, -marks.score))]  # ties count against the model
    first = [person for person in dict.fromkeys(order.tolist()) if person not in query.ambiguous]
    return not any(has[person] for person in first[:ROWS])


def _deviation(judged: Sequence[Judged]) -> Retrieval:
    """Standard deviation of the means over 500 random halves of the queries."""
    rng = np.random.default_rng(0)
    halves = [rng.permutation(len(judged))[: (len(judged) + 1) // 2] for _ in range(500)]
    means = [summarise([judged[n] for n in half]) for half in halves]
    return Retrieval(*np.std([astuple(mean) for mean in means], axis=0).tolist())


def table(results: Mapping[str, LookupScores]) -> Table:
    """One row per way of searching."""
    drawn = Table(title="Real-footage lookup: 113 crops of 20 people, 60 descriptions of them, 11 of nobody")
    drawn.add_column("searched by")
    styles = list(dict.fromkeys(style for scores in results.values() for style in scores.styles))
    for heading in ("R@1", "R@5", "mAP", *(f"{style} R@1 / mAP" for style in styles), "AUROC"):
        drawn.add_column(heading, justify="right")
    for heading in (f"negation: kept out of {ROWS}", "false answers", "missed answers"):
        drawn.add_column(heading, justify="right")
    for name, scores in results.items():
        whole, spread = scores.overall, scores.deviation
        shares = (scores.negation, scores.false_answers, scores.missed_answers)
        drawn.add_row(
            name,
            f"{whole.r1:.1f} ±{spread.r1:.1f}",
            f"{whole.r5:.1f} ±{spread.r5:.1f}",
            f"{whole.map:.1f} ±{spread.map:.1f}",
            *(f"{scores.styles[style].r1:.1f} / {scores.styles[style].map:.1f}" for style in styles),
            f"{scores.auroc:.2f}",
            *("-" if share is None else f"{share:.0f} %" for share in shares),
        )
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.lookup", description="Who is found by description on real footage."
    )
    parser.add_argument(
        "--weights", default=[""], nargs="+", help=".safetensors files (default: the shipped one)"
    )
    parser.add_argument("--runtimes", default=["torch", "openvino"], nargs="+", help="what runs the networks")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder that holds real-lookup")
    options = parser.parse_args(arguments)
    try:
        footage = read_footage(options.shared)
        images = [crop.image for crop in footage.gallery]
        results = {
            "colour words": run_lookup(by_colour_words(images), footage),
            "colour words, middle half": run_lookup(by_colour_words(images, middle=0.5), footage),
        }
        for weights in options.weights:
            for kind in options.runtimes:
                encoder = load_encoder(weights, runtime=build.runtime(Settings(runtime=kind)))
                marks = by_encoder(encoder, images)
                scores = run_lookup(marks, footage, threshold=encoder.threshold)
                results[f"{encoder.model}, {kind}"] = scores
    except (OSError, ValueError) as error:
        sys.exit(f"lookup: {error}")
    Console().print(table(results))


if __name__ == "__main__":
    main()
