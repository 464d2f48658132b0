"""Who is found by description when the footage itself is given: detector, tracker, best shots, index, search.

A row of an answer is a person: a track, or several that look like one person. Its identity is that of the
shot it is shown by. A row of nobody labelled is wrong for every query. A relevant person without any row
counts as one right row that is never reached, so losing people cannot raise a figure.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from bench.footage import Footage, LookupQuery
from bench.lookup import LookupScores
from bench.passage import BEGAN, passed
from bench.places import Places, read_places
from models.evaluation.metrics import Judged, Retrieval, auroc, judge, summarise
from pipeline.appearance import Track, track_of
from pipeline.search import Search
from pipeline.types import Match, Query
from storage.types import Shot

CLIPS = {"vtest": "vtest.avi", "one-by-one": "one-by-one-person-detection.mp4", "bus": "bus.jpg"}
RATE = 10  # frames per second of both clips
FAR = 1_000_000  # rank of what is never reached


@dataclass(frozen=True, slots=True)
class Found:
    """One row of an answer."""

    person: str | None  # None: nobody labelled
    probability: float


@dataclass(frozen=True, slots=True)
class Rows:
    """What watching made of the people of one clip."""

    people: int  # in the gallery
    found: int  # of them, with a row at least
    rows: int  # that show one of them
    mixed: int  # that show two people or more
    strange: int  # that show nobody labelled


@dataclass(frozen=True, slots=True)
class EndToEndScores:
    """What finding people in footage is worth; percent unless it is said otherwise."""

    styles: dict[str, Retrieval]
    overall: Retrieval
    auroc: float  # 0..1
    false_answers: float  # absent queries that bring a row at the model's threshold
    missed_answers: float  # other queries that bring none
    rows: dict[str, Rows]  # by clip


def end_to_end(
    footage: Footage, shared: Path, folder: Path, *, weights: str, detector: str
) -> EndToEndScores:
    """Ingest the clips below `shared` into `folder`, ask every query and score the rows.

    Raises OSError or ValueError when footage or weights cannot be used.
    """
    with passed(clips_in(shared), folder, weights=weights, detector=detector) as there:
        search = there.search
        answers = {query.id: ask(search, query.text) for query in footage.queries}
        everybody = gathered(ask(search, "person"), there.shots)
    return score(footage, answers, everybody, read_places(footage.gallery), search.threshold)


def clips_in(shared: Path) -> dict[str, Path]:
    """The clips of the benchmark, by the camera that each stands for."""
    return {camera: shared / "footage" / name for camera, name in CLIPS.items()}


def ask(search: Search, text: str) -> list[Match]:
    """Every person whom the pool holds, best first, however unlikely."""
    return list(search.find(Query(text, limit=search.pool, min_probability=0.0)).matches)


def gathered(matches: Iterable[Match], shots: Iterable[Shot]) -> list[list[Shot]]:
    """All shots of each row of an answer."""
    tracks: dict[Track, list[Shot]] = {}
    for shot in shots:
        tracks.setdefault(track_of(shot), []).append(shot)
    return [[kept for shown in match.shots for kept in tracks[track_of(shown)]] for match in matches]


def score(
    footage: Footage,
    answers: Mapping[str, Sequence[Match]],
    everybody: Iterable[Sequence[Shot]],
    places: Places,
    threshold: float,
) -> EndToEndScores:
    """Score the answers, by the id of their query; `everybody` are all shots of each row there can be."""
    named = {
        name: [Found(identity(match.shot, places), match.probability or 0.0) for match in matches]
        for name, matches in answers.items()
    }
    asked = [query for query in footage.queries if query.relevant]
    judged = {query.id: judge_rows(named[query.id], query) for query in asked}
    best = {name: max((row.probability for row in rows), default=0.0) for name, rows in named.items()}
    present = np.array([best[query.id] for query in asked])
    absent = np.array([best[query.id] for query in footage.queries if not query.relevant])
    return EndToEndScores(
        styles={
            style: summarise([judged[query.id] for query in asked if query.style == style])
            for style in dict.fromkeys(query.style for query in asked)
        },
        overall=summarise(judged.values()),
        auroc=auroc(present, absent),
        false_answers=100 * float(np.mean(absent >= threshold)),
        missed_answers=100 * float(np.mean(present < threshold)),
        rows=count_rows(footage, everybody, places),
    )


def identity(shot: Shot, places: Places) -> str | None:
    """Whom a shot shows; the camera's name is that of the source."""
    frame = round((shot.taken - BEGAN).total_seconds() * RATE)
    return places.who(shot.camera, frame, shot.box)


def judge_rows(rows: Sequence[Found], query: LookupQuery) -> Judged:
    """Judge the rows of one answer, best first. People of whom there is no row come after all rows."""
    shown = [row.person for row in rows if row.person not in query.ambiguous]
    lost = query.relevant.difference(person for person in shown if person is not None)
    true = np.array([person in query.relevant for person in shown] + [True] * len(lost))
    if not lost:
        return judge(-np.arange(len(true), dtype=np.float64)[None], true[None])
    hits = np.flatnonzero(true[: len(shown)])
    precision = float(((np.arange(len(hits)) + 1) / (hits + 1)).sum()) / int(true.sum())
    first = int(hits[0]) + 1 if len(hits) else len(shown) + FAR
    return Judged(np.array([first]), np.array([precision]), np.zeros(1))


def count_rows(footage: Footage, everybody: Iterable[Sequence[Shot]], places: Places) -> dict[str, Rows]:
    """How many rows there are of whom, by clip, from all shots of each row."""
    seen = [
        (shots[0].camera, {person for shot in shots if (person := identity(shot, places)) is not None})
        for shots in everybody
    ]
    gallery = {crop.identity: crop.source for crop in footage.gallery}
    rows = {}
    for source in dict.fromkeys(gallery.values()):
        sizes = Counter(len(people) for camera, people in seen if camera == source)
        found = {person for camera, people in seen if camera == source for person in people}
        rows[source] = Rows(
            people=list(gallery.values()).count(source),
            found=len(found),
            rows=sum(sizes.values()) - sizes[0],
            mixed=sum(count for size, count in sizes.items() if size > 1),
            strange=sizes[0],
        )
    return rows


def scores_table(results: Mapping[str, LookupScores | EndToEndScores]) -> Table:
    """The same queries over given crops and over what was found in the footage, one row each."""
    drawn = Table(title="End to end: the footage itself is given, a row of an answer is a person")
    drawn.add_column("searched")
    styles = list(dict.fromkeys(style for scores in results.values() for style in scores.styles))
    for heading in ("R@1", "R@5", "mAP", *(f"{style} R@1 / R@5 / mAP" for style in styles), "AUROC"):
        drawn.add_column(heading, justify="right")
    for heading in ("false answers", "missed answers"):
        drawn.add_column(heading, justify="right")
    for name, scores in results.items():
        means = [scores.styles[style] for style in styles]
        shares = (scores.false_answers, scores.missed_answers)
        drawn.add_row(
            name,
            *(f"{value:.1f}" for value in (scores.overall.r1, scores.overall.r5, scores.overall.map)),
            *(f"{mean.r1:.1f} / {mean.r5:.1f} / {mean.map:.1f}" for mean in means),
            f"{scores.auroc:.2f}",
            *("-" if share is None else f"{share:.0f} %" for share in shares),
        )
    return drawn


def rows_table(rows: Mapping[str, Rows]) -> Table:
    """How many rows people become."""
    drawn = Table(title="Rows of the people in the footage")
    drawn.add_column("clip")
    headings = ("people", "found", "rows of them", "rows / person", "show two or more", "show a stranger")
    for heading in headings:
        drawn.add_column(heading, justify="right")
    for clip, each in rows.items():
        share = f"{each.rows / each.found:.2f}" if each.found else "-"
        counts = (each.people, each.found, each.rows, share, each.mixed, each.strange)
        drawn.add_row(clip, *map(str, counts))
    return drawn
