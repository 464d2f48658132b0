"""Answer a description with people: search wide by the global vector, then look closely at the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from models.types import Scores, TextFeatures
from pipeline.appearance import Track, same_person, track_of
from pipeline.ports import Encoder, Index
from pipeline.types import Answer, Match, Query, Reason
from storage.types import Hit, Where

EVEN = 0.5  # probability of a person that is as likely to match as not
NEAREST_SHOWN = 5  # people shown behind "nobody matches"


class QueryError(ValueError):
    """The question itself is wrong; the message says how to mend it."""


class Search:
    """Finds people in one index with one encoder.

    `pool` is how many nearest sightings get the close look. Somebody matches when the best of them reaches
    the probability `threshold`; the others are shown with the best from an even chance on. A query's own
    least probability stands for both.
    """

    def __init__(self, encoder: Encoder, index: Index, *, pool: int, threshold: float) -> None:
        self.encoder, self.index = encoder, index
        self.pool, self.threshold = pool, threshold

    def find(self, query: Query) -> Answer:
        """Return one match per person, best first; ties keep the earlier sighting first.

        Raises QueryError for an unknown camera, a time range the wrong way round or a limit below one, and
        ValueError for a text in which there is nothing to look for.
        """
        self._check(query)
        text = self.encoder.encode_text(query.text)
        where = Where(query.cameras, query.after, query.before)
        hits = self.index.nearest(text.vector, max(self.pool, query.limit), where)
        people = one_per_person(self._rank(text, hits), same_person(hits))
        matches = self._matching(people, query.min_probability)
        nearest = () if matches else tuple(people[:NEAREST_SHOWN])
        return Answer(query, self.encoder.model, matches[: query.limit], nearest)

    def _matching(self, people: Sequence[Match], least: float | None) -> tuple[Match, ...]:
        threshold, shown = (self.threshold, min(self.threshold, EVEN)) if least is None else (least, least)
        if not people or people[0].probability < threshold:
            return ()
        return tuple(match for match in people if match.probability >= shown)

    def _check(self, query: Query) -> None:
        if query.limit < 1:
            raise QueryError(f"asked for {query.limit} people; ask for at least one")
        if query.after and query.before and query.after >= query.before:
            raise QueryError(
                f"the time range ends ({query.before:%Y-%m-%d %H:%M}) before it begins "
                f"({query.after:%Y-%m-%d %H:%M}); swap --after and --before"
            )
        known = self.index.cameras()
        for camera in query.cameras:
            if camera not in known:
                names = ", ".join(known) or "none yet; ingest some footage first"
                raise QueryError(f'no footage of a camera "{camera}"; known cameras: {names}')

    def _rank(self, text: TextFeatures, hits: Sequence[Hit]) -> list[Match]:
        if not hits:
            return []
        nearness = np.array([hit.nearness for hit in hits], np.float32)
        scores = self.encoder.score(text, nearness, np.stack([hit.sighting.parts for hit in hits]))
        order = np.argsort(-scores.total, kind="stable")
        return [
            Match(
                hits[i].sighting.shot,
                float(scores.total[i]),
                float(scores.probability[i]),
                reasons(text, scores, int(i), self.encoder.parts),
            )
            for i in order
        ]


def one_per_person(matches: Sequence[Match], people: Mapping[Track, Track]) -> list[Match]:
    """Keep each person's best match, with the best shot of each of their other tracks; best first as given.

    `people` says whose a track is, as `same_person` does.
    """
    best: dict[Track, Match] = {}
    shown: set[Track] = set()
    for match in matches:
        track = track_of(match.shot)
        if track in shown:
            continue
        shown.add(track)
        person = people[track]
        kept = best.setdefault(person, match)
        if kept is not match:
            best[person] = replace(kept, also=(*kept.also, match.shot))
    return list(best.values())


def reasons(text: TextFeatures, scores: Scores, candidate: int, parts: Sequence[str]) -> tuple[Reason, ...]:
    """Name for each phrase the part of the candidate that agrees with it best."""
    similarity = scores.similarity[candidate]  # (phrases, parts)
    best = similarity.argmax(axis=1)
    return tuple(
        Reason(phrase, parts[part], float(similarity[row, part]), float(scores.agreement[candidate, row]))
        for row, (phrase, part) in enumerate(zip(text.phrases, best, strict=True))
    )
