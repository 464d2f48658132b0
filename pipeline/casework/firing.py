"""Compare what was just indexed with the saved searches, and fire once for each person who matches."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from threading import Event

from pipeline.appearance import Track, same_person, track_of
from pipeline.evidence import Evidence, Words, body, together
from pipeline.index import sightings
from pipeline.lease import LEASE, Held, StoppedError
from pipeline.ports import Encoder, Index, Media
from pipeline.search import descriptions
from pipeline.settings import Settings
from storage.accounts.people import Accounts
from storage.accounts.permissions import Action
from storage.casework.fresh import Finding, Fired, Fresh, Ground, Indexed, Person, Turn
from storage.casework.saved import SavedSearch, SavedSearches
from storage.errors import DamagedError, LeaseLostError
from storage.footage.chunks import worker_name
from storage.media import open_media
from storage.types import Hit, Shot, Sighting

BACK = timedelta(seconds=30)  # how long somebody may be away and still be looked at as the same person
TEXTS = 1000  # descriptions that stay encoded

log = logging.getLogger("passerby.alerts")


@dataclass(frozen=True, slots=True, eq=False)
class Shelves:
    """What firing reads and writes."""

    fresh: Fresh
    saved: SavedSearches
    accounts: Accounts
    index: Index
    media: Media


class Firing:
    """Compares with one encoder, whose threshold counts where a search names no probability."""

    def __init__(self, encoder: Encoder, shelves: Shelves) -> None:
        self._encoder, self._shelves = encoder, shelves
        self._asked: Callable[[str], tuple[Evidence, ...]] = lru_cache(TEXTS)(self._read)

    def next(self, stop: Event | None = None) -> list[Fired] | None:
        """Compare what waits of the camera that waits longest; None when nothing waits.

        A chunk that fails three times is left alone. Raises OSError when a store is away and StoppedError
        once `stop` is set, with the camera given back.
        """
        fresh = self._shelves.fresh
        turn = fresh.claim(worker_name(), LEASE)
        if turn is None:
            return None
        held = Held(turn, fresh.renew, stop)
        fired: list[Fired] = []
        try:
            for indexed in turn.waiting:
                held.hold()
                fired += self._compare(held.work, indexed)
        except LeaseLostError as error:
            log.warning("%s", error)
            return fired
        finally:
            with suppress(LeaseLostError, OSError):  # the lease sees to it
                fresh.release(held.work)
        return fired

    def _compare(self, turn: Turn, indexed: Indexed) -> list[Fired]:
        fresh = self._shelves.fresh
        try:
            fired = fresh.settle(turn, indexed.chunk, list(self._people(turn, indexed)))
        except (OSError, LeaseLostError, StoppedError):
            raise
        except Exception:
            given_up = fresh.fail(turn, indexed.chunk)
            log.exception(
                "a chunk of %s was not compared%s", turn.camera, ", and never is" if given_up else ""
            )
            return []
        for one in fired:
            shot = one.finding.shot
            likely = round(100 * one.finding.probability)
            log.info(
                'alert: "%s" matches on %s at %s, %d %%',
                one.name,
                shot.camera,
                shot.taken.isoformat(timespec="seconds"),
                likely,
            )
        return fired

    def _people(self, turn: Turn, indexed: Indexed) -> Iterator[Person]:
        """Everybody of the chunk, as each search that concerns them sees them."""
        own, near = self._shelves.fresh.shots(turn, indexed.chunk, BACK)
        searches = [search for search in self._shelves.saved.all() if self._concerns(search, turn, indexed)]
        if not own or not searches:
            return
        seen = self._sightings([*own, *near])
        new = {shot.id for shot in own}
        looks = same_person((Hit(sighting, 0.0) for sighting in seen), body(self._encoder.parts))
        whose = {track: each.person for track, each in looks.items()}
        came = sorted(
            (sighting for sighting in seen if sighting.shot.id in new),
            key=lambda sighting: (track_of(sighting.shot), sighting.shot.shot),  # of two alike the better
        )
        if not came:  # nothing is left of them to look at
            return
        tracks = _tracks(seen, whose)
        for search in searches:
            best = self._best(search, came, whose)
            for person in dict.fromkeys(whose[track_of(sighting.shot)] for sighting in came):
                yield Person(
                    search.id,
                    search.owner,
                    search.question.name,
                    tracks[person],
                    best.get(person),
                    bool(search.question.webhook),
                )

    def _concerns(self, search: SavedSearch, turn: Turn, indexed: Indexed) -> bool:
        """Whether it looks, looks at this camera, and its owner may."""
        cameras = search.question.cameras
        if (
            search.paused is not None
            or search.since > indexed.since
            or (cameras and turn.camera not in cameras)
        ):
            return False
        owner = self._shelves.accounts.acting(search.owner)
        return owner is not None and owner.may(Action.SAVE_SEARCHES) and owner.sees(turn.camera)

    def _sightings(self, shots: Sequence[Shot]) -> list[Sighting]:
        """What the index has of them; what another model indexed is embedded from its picture."""
        there = self._shelves.index.get([shot.id for shot in shots])
        held = {sighting.shot.id for sighting in there}
        kept, images = [], []
        for shot in shots:
            if shot.id not in held:
                with suppress(FileNotFoundError, DamagedError):  # erased meanwhile, or lost
                    images.append(self._shelves.media.get(shot.crop))
                    kept.append(shot)
        return there + sightings(kept, images, self._encoder)

    def _best(
        self, search: SavedSearch, came: Sequence[Sighting], whose: dict[Track, Track]
    ) -> dict[Track, Finding]:
        """The best new shot of each person who matches, as likely as a search would say."""
        question = search.question
        try:
            asked = self._asked(question.description)
        except ValueError as error:
            log.warning(
                'the saved search "%s" cannot be read by %s: %s', question.name, self._encoder.model, error
            )
            return {}
        least = self._encoder.threshold if question.least is None else question.least
        best: dict[Track, Finding] = {}
        for evidence in asked:
            weighed = evidence.weigh(came, self._encoder)
            people: dict[Track, list[int]] = {}
            for place in weighed.order():
                people.setdefault(whose[track_of(came[place].shot)], []).append(place)
            for person, places in people.items():
                probability = together([weighed.chance(place) or 0.0 for place in places])
                known = best.get(person)
                if probability >= least and (known is None or probability > known.probability):
                    why = weighed.reasons(places[0])
                    grounds = tuple(
                        Ground(one.phrase, one.part, one.similarity, one.agreement) for one in why
                    )
                    best[person] = Finding(came[places[0]].shot, probability, grounds)
        return best

    def _read(self, text: str) -> tuple[Evidence, ...]:
        """What the descriptions of a question ask for, each by itself."""
        return tuple(
            Evidence(Words.of(each, (), self._encoder), (), ()) for each in descriptions(text) or (text,)
        )


@contextmanager
def opened(settings: Settings, encoder: Encoder, index: Index) -> Iterator[Firing]:
    """What compares with the saved searches of a site, closed when done with."""
    url = settings.database_url
    with (
        closing(Fresh(url)) as fresh,
        closing(SavedSearches(url)) as saved,
        closing(Accounts(url)) as accounts,
    ):
        yield Firing(encoder, Shelves(fresh, saved, accounts, index, open_media(settings.media_url)))


def _tracks(seen: Sequence[Sighting], whose: dict[Track, Track]) -> dict[Track, tuple[Shot, ...]]:
    """A shot of each track of each person, earliest first."""
    one_each = {track_of(sighting.shot): sighting.shot for sighting in seen}
    people: dict[Track, list[Shot]] = {}
    for track, shot in sorted(one_each.items(), key=lambda pair: (pair[1].began, pair[0])):
        people.setdefault(whose[track], []).append(shot)
    return {person: tuple(shots) for person, shots in people.items()}
