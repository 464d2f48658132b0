"""What confirming and rejecting brings, on real footage with the crops given.

    python -m bench.feedback [--weights W.safetensors ...] [--shared ../shared]

Somebody asks, looks at the first ten crops from the best on, rejects each wrong one and confirms the first
right one; the rest is ranked anew. Scored is the rest alone, with the crops that were looked at taken out, so
that nothing is gained by what was said. Other crops of the person who was confirmed are in it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.footage import Footage, LookupQuery, read_footage, shared_folder
from models.acsa.encoder import load_encoder
from models.evaluation.metrics import Judged, Retrieval, judge, summarise
from models.types import ImageFeatures
from pipeline.evidence import Evidence, Words
from pipeline.ports import Encoder

LOOKED_AT = 10  # crops, before somebody gives up
WAYS = ("words alone", "and the confirmed one", "and the rejected ones too", "the confirmed one alone")


def feedback(encoder: Encoder, footage: Footage) -> dict[str, Retrieval]:
    """What is left to find, by each way of asking again."""
    seen = encoder.encode_images([crop.image for crop in footage.gallery])
    people = np.array([crop.identity for crop in footage.gallery])
    judged: dict[str, list[Judged]] = {way: [] for way in WAYS}
    for query in footage.queries:
        if query.relevant:
            for way, one in _asked_again(encoder, seen, people, query).items():
                judged[way].append(one)
    return {way: summarise(some) for way, some in judged.items()}


def _asked_again(
    encoder: Encoder, seen: Sequence[ImageFeatures], people: NDArray[np.str_], query: LookupQuery
) -> dict[str, Judged]:
    """Empty where nobody right was seen, or nobody is left to be found."""
    words = Words.of(query.text, (), encoder)
    counted = ~np.isin(people, list(query.ambiguous))
    true = np.isin(people, list(query.relevant))
    order = [place for place in Evidence(words, (), ()).weigh(seen, encoder).order() if counted[place]]
    right = next((at for at, place in enumerate(order[:LOOKED_AT]) if true[place]), None)
    if right is None:
        return {}
    rest = counted.copy()
    rest[order[: right + 1]] = False
    if not true[rest].any():
        return {}
    confirmed = (seen[order[right]],)
    rejected = tuple(seen[place] for place in order[:right])
    asked = (
        Evidence(words, (), ()),
        Evidence(words, confirmed, ()),
        Evidence(words, confirmed, rejected),
        Evidence(None, confirmed, ()),
    )
    return {
        way: judge(each.weigh(seen, encoder).total[None, rest], true[None, rest])
        for way, each in zip(WAYS, asked, strict=True)
    }


def table(results: dict[str, dict[str, Retrieval]]) -> Table:
    """One row per model and way."""
    drawn = Table(title="What is left to find after a confirmation, percent")
    for heading in ("model", "asked again by", "R@1", "R@5", "mAP"):
        drawn.add_column(heading)
    for model, ways in results.items():
        for way, one in ways.items():
            drawn.add_row(model, way, *(f"{value:.1f}" for value in (one.r1, one.r5, one.map)))
    return drawn


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; a fault ends the run with one sentence and status 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.feedback", description="What confirming and rejecting brings."
    )
    parser.add_argument("--weights", default=[""], nargs="+", help="ACSA weights (default: the shipped ones)")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder that holds real-lookup")
    options = parser.parse_args(arguments)
    results = {}
    try:
        footage = read_footage(options.shared)
        for weights in options.weights:
            encoder = load_encoder(weights)
            results[encoder.model] = feedback(encoder, footage)
    except (OSError, ValueError) as error:
        sys.exit(f"feedback: {error}")
    Console(width=120).print(table(results))


if __name__ == "__main__":
    main()
