"""A database with a camera's chunks in it, and what people keep of their looking, for tests of that."""

from datetime import timedelta

from storage.accounts.audit import Actor, Audit, Entry, Sought
from storage.casework.alerts import Alert, Alerts, Wanted
from storage.casework.cases import Cases
from storage.casework.fresh import Finding, Fresh, Ground, Person, Turn
from storage.casework.saved import Question, SavedSearch, SavedSearches
from storage.footage.chunks import Chunk
from storage.footage.erasures import Erasures
from storage.footage.ledger import Ledger
from storage.types import Shot
from tests.account_site import Clock
from tests.ledger_chunks import chunk, shots_of

ADA, OLGA = Actor("ada", "192.0.2.7"), Actor("olga")
ME, YOU = "elsewhere:1:a", "elsewhere:2:b"
LEASE = timedelta(minutes=5)
EVERYTHING = Wanted(None, None)
RED = Question("red coats", "red coat, no bag", "red coat, no bag")
TOLD = Question("red coats", "red coat", "red coat", webhook="https://hooks.example/in")


class Desk:
    """Everything on one database and one clock that stands still until it is turned."""

    def __init__(self, url: str) -> None:
        self.url, self.clock = url, Clock()
        self.ledger = Ledger(url, clock=self.clock)
        self.erasures = Erasures(url, clock=self.clock)
        self.saved = SavedSearches(url, clock=self.clock)
        self.fresh = Fresh(url, clock=self.clock)
        self.alerts = Alerts(url, clock=self.clock)
        self.cases = Cases(url, clock=self.clock)
        self.audit = Audit(url, clock=self.clock)
        self._opened = (
            self.ledger,
            self.erasures,
            self.saved,
            self.fresh,
            self.alerts,
            self.cases,
            self.audit,
        )

    def close(self) -> None:
        for part in self._opened:
            part.close()

    def index(
        self, position: int = 0, camera: str = "gate", shots: list[Shot] | None = None
    ) -> tuple[Chunk, list[Shot]]:
        """A chunk with two people, or with these shots, watched and indexed."""
        one = chunk(position, camera=camera)
        self.ledger.plan([one])
        watched = self.ledger.claim("watch", ME, LEASE)
        assert watched is not None
        shots = shots_of(one, "") if shots is None else shots
        self.ledger.complete_watch(watched, shots, "{}")
        indexed = self.ledger.claim("index", ME, LEASE)
        assert indexed is not None
        self.ledger.complete_index(indexed)
        return one, shots

    def turn(self, worker: str = ME) -> Turn:
        turn = self.fresh.claim(worker, LEASE)
        assert turn is not None
        return turn

    def fire(self, search: SavedSearch, *tracks: Shot) -> Alert:
        """Let the people of the newest chunk fire."""
        turn = self.turn()
        self.fresh.settle(turn, turn.waiting[0].chunk, [person(search, *tracks)])
        self.fresh.release(turn)
        return self.alerts.newest(EVERYTHING)[0]

    def told(self, action: str) -> list[Entry]:
        return list(self.audit.all(Sought(action=action)))


def person(search: SavedSearch, *tracks: Shot, matches: bool = True) -> Person:
    """One person of these tracks, who matches by the last one."""
    finding = Finding(tracks[-1], 0.9, (Ground("red coat", "upper body", 0.5, 0.875),))
    deliver = bool(search.question.webhook)
    return Person(
        search.id, search.owner, search.question.name, tracks, finding if matches else None, deliver
    )
