"""Answer a question with people: search wide by the global vector, then look closely at the parts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from models.acsa.phrases import find_phrases
from models.types import ImageFeatures
from pipeline.appearance import Looks, Track, same_person, track_of
from pipeline.evidence import AGREEING, Evidence, Words, body, together
from pipeline.ports import Encoder, Index
from pipeline.types import Again, Answer, Example, Match, Query, Reason
from storage.types import Hit, Shot, Where

EVEN = 0.5  # probability of a person that is as likely to match as not
NEAREST_SHOWN = 5  # people shown behind "nobody matches"
DESCRIPTIONS, EXAMPLES = 5, 20  # the most of one question

Why = Callable[[], tuple[Reason, ...]]
"""Gives the reasons of a match: they take longer than the order, and few of the pool are shown."""


class QueryError(ValueError):
    """The question itself is wrong; the message says how to mend it."""


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Whom a question is near to by the global vector alone; nobody has looked at their parts yet."""

    query: Query
    pools: tuple[tuple[str, Evidence, tuple[Hit, ...]], ...]  # of each description, the nearest first
    without: frozenset[Track]  # the people who are given as examples

    def shots(self, limit: int) -> tuple[Shot, ...]:
        """The nearest shot of each of the `limit` nearest tracks."""
        hits = [hit for _, _, pool in self.pools for hit in pool]
        near: dict[Track, Shot] = {}
        for hit in sorted(hits, key=lambda hit: -hit.nearness):
            near.setdefault(track_of(hit.sighting.shot), hit.sighting.shot)
        return tuple(shot for track, shot in near.items() if track not in self.without)[:limit]


class Search:
    """Finds people in one index with one encoder.

    `pool` is how many nearest sightings of each description get the close look; an answer is taken from
    them, so a longer one begins with the shorter. Somebody matches when the likeliest of them reaches
    the probability `threshold`; the others are shown with them from an even chance on. A query's own
    least probability stands for both. Where nothing was said in words, everybody is shown.
    """

    def __init__(self, encoder: Encoder, index: Index, *, pool: int, threshold: float) -> None:
        self.encoder, self.index = encoder, index
        self.pool, self.threshold = pool, threshold

    def find(self, query: Query) -> Answer:
        """Return one match per person, best first; ties keep the earlier sighting first.

        The people who are given as examples are not in the answer. Raises as `near` does.
        """
        return self.look(self.near(query))

    def near(self, query: Query) -> Nearest:
        """The first half of an answer.

        Raises QueryError for a question that cannot be answered: an unknown camera, a time range the wrong
        way round, a limit below one, an example that is not there; and ValueError for a text in which there
        is nothing to look for.
        """
        self._check(query)
        like, known = self._examples(query.like)
        unlike, rejected = self._examples(query.unlike)
        where = Where(query.cameras, query.after, query.before)
        texts = descriptions(query.text)
        if not texts and not like:
            raise QueryError(
                "there is nothing to look for: say what the person looks like, or give an example"
            )
        pools = []
        for text in texts or ("",):
            words = Words.of(text, query.weights, self.encoder) if text else None
            evidence = Evidence(words, like, unlike)
            hits = self.index.nearest(evidence.vector(), self.pool, where)
            pools.append((text, evidence, tuple(hits)))
        return Nearest(query, tuple(pools), frozenset(known | rejected))

    def look(self, nearest: Nearest) -> Answer:
        """The second half: who of the nearest matches, and why."""
        query = nearest.query
        several = len(nearest.pools) > 1
        found: list[Match] = []
        hits: dict[Shot, Hit] = {}
        why: dict[tuple[str, Shot], Why] = {}
        for text, evidence, pool in nearest.pools:
            description = text if several else ""
            for match, hit, reasons in self._weighed(evidence, pool, description):
                found.append(match)
                hits[match.shot] = hit
                why[description, match.shot] = reasons
        found.sort(key=lambda match: -match.score)
        looks = same_person(hits.values(), body(self.encoder.parts))
        people = one_per_person(found, looks, without=nearest.without)
        matches = self._matching(people, query.min_probability)
        rest = () if matches else people[:NEAREST_SHOWN]
        answered = {match.description for match in matches}
        if matches and several:
            texts = [text for text, _, _ in nearest.pools]
            lacking = tuple(f'Nobody matches "{text}".' for text in texts if text not in answered)
            query = replace(query, notices=(*query.notices, *lacking))
        return Answer(
            query,
            self.encoder.model,
            _with_reasons(matches[: query.limit], why),
            _with_reasons(rest, why),
        )

    def _matching(self, people: Sequence[Match], least: float | None) -> tuple[Match, ...]:
        """The people who are likely enough to be shown, for each description by itself."""
        threshold, shown = (self.threshold, min(self.threshold, EVEN)) if least is None else (least, least)
        answered = {match.description for match in people if (match.probability or 0.0) >= threshold}
        return tuple(
            match
            for match in people
            if match.probability is None or (match.description in answered and match.probability >= shown)
        )

    def _check(self, query: Query) -> None:
        if query.limit < 1:
            raise QueryError(f"asked for {query.limit} people; ask for at least one")
        if query.after and query.before and query.after >= query.before:
            raise QueryError(
                f"the time range ends ({query.before:%Y-%m-%d %H:%M}) before it begins "
                f"({query.after:%Y-%m-%d %H:%M}); swap --after and --before"
            )
        known = self.index.cameras() if query.cameras else ()
        for camera in query.cameras:
            if camera not in known:
                names = ", ".join(known) or "none yet; ingest some footage first"
                raise QueryError(f'no footage of a camera "{camera}"; known cameras: {names}')
        if len(query.like) + len(query.unlike) > EXAMPLES:
            raise QueryError(f"there are over {EXAMPLES} examples; take those away that say the same")

    def _examples(self, some: Sequence[Example]) -> tuple[tuple[ImageFeatures, ...], set[Track]]:
        """What the encoder sees in the examples, and the tracks that they are of."""
        wanted = {example.of: example for example in some if isinstance(example.of, UUID)}
        held = {sighting.shot.id: sighting for sighting in self.index.get(wanted)} if wanted else {}
        for identity, example in wanted.items():
            if identity not in held:
                raise QueryError(
                    f"{example.name} is not in the index any more, or not yet; take it out of the question"
                )
        features = [ImageFeatures(sighting.vector, sighting.parts) for sighting in held.values()]
        pictures = [example.of for example in some if not isinstance(example.of, UUID)]
        features += self.encoder.encode_images(pictures)
        return tuple(features), {track_of(sighting.shot) for sighting in held.values()}

    def _weighed(
        self, evidence: Evidence, hits: Sequence[Hit], description: str
    ) -> list[tuple[Match, Hit, Why]]:
        """The hits as matches that lack their reasons, best first."""
        if not hits:
            return []
        weighed = evidence.weigh([hit.sighting for hit in hits], self.encoder)
        return [
            (
                Match(hits[i].sighting.shot, float(weighed.total[i]), weighed.chance(i), (), description),
                hits[i],
                partial(weighed.reasons, i),
            )
            for i in weighed.order()
        ]


def _with_reasons(matches: Iterable[Match], why: Mapping[tuple[str, Shot], Why]) -> tuple[Match, ...]:
    return tuple(replace(match, reasons=why[match.description, match.shot]()) for match in matches)


def descriptions(text: str) -> tuple[str, ...]:
    """The descriptions that ";" parts; one that only shuts out goes with the one before.

    Raises QueryError when there are too many.
    """
    found: list[str] = []
    for piece in filter(None, (piece.strip() for piece in text.split(";"))):
        if found and _only_shuts_out(piece):
            found[-1] += f", {piece}"
        else:
            found.append(piece)
    if len(found) > DESCRIPTIONS:
        raise QueryError(
            f'the question has {len(found)} descriptions parted by ";"; ask at most {DESCRIPTIONS}'
        )
    return tuple(found)


def _only_shuts_out(text: str) -> bool:
    try:
        return all(phrase.negated for phrase in find_phrases(text))
    except ValueError:  # a rest such as "and", which names nothing
        return True


def one_per_person(
    matches: Sequence[Match], looks: Mapping[Track, Looks], *, without: Collection[Track] = ()
) -> list[Match]:
    """Make a row of all shots of each person, best first; `matches`, of single shots, are given best first.

    `looks` say whose a track is, as `same_person` does. The tracks `without` are left out, other tracks
    of the same people are not: somebody may be looking for them.
    """
    people: dict[Track, list[Match]] = {}
    for match in matches:
        track = track_of(match.shot)
        if track not in without:
            people.setdefault(looks[track].person, []).append(match)
    return sorted((_row(shots, looks) for shots in people.values()), key=lambda row: -row.score)


def _row(shots: Sequence[Match], looks: Mapping[Track, Looks]) -> Match:
    """The best shot, with the best one of each other track; the marks are those of the best few together."""
    best = shots[0]
    tracks: dict[Track, Shot] = {}
    for match in shots:
        tracks.setdefault(track_of(match.shot), match.shot)
    (own, _), *others = tracks.items()
    same = [match for match in shots if match.description == best.description]
    also = tuple(Again(shot, float(looks[own].vector @ looks[track].vector)) for track, shot in others)
    best_few = same[:AGREEING]
    chances = [match.probability for match in best_few if match.probability is not None]
    return Match(
        best.shot,
        sum(match.score for match in best_few) / len(best_few),
        together(chances) if chances else None,
        best.reasons,
        best.description,
        also,
    )
