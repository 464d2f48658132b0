"""Where answers come from: a search that this process keeps open."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from typing import Protocol

from pipeline.ports import Encoder, Index
from pipeline.search import Nearest, Search
from pipeline.settings import Settings
from pipeline.types import Answer, Query


class UnreadyError(OSError):
    """The search network or its index does not open."""


class Finder(Protocol):
    """Answers questions."""

    @property
    def ready(self) -> bool:
        """Whether an answer would not have to wait for networks to load."""

    def cameras(self) -> tuple[str, ...]:
        """The cameras that can be searched."""

    def held(self) -> tuple[str, int]:
        """The model that answers, and how many sightings it has."""

    def near(self, query: Query) -> Nearest:
        """The first half of an answer.

        Raises QueryError, ValueError where there is nothing to look for, or OSError.
        """

    def look(self, nearest: Nearest) -> Answer:
        """The second half."""


class LocalFinder:
    """Keeps one search open from the first question on; an embedded index has one owner anyhow."""

    def __init__(
        self, settings: Settings, opening: Callable[[], AbstractContextManager[Search]] | None = None
    ) -> None:
        """`opening` makes the search; by default the one of the settings."""
        self._opening = opening or (lambda: _opened(settings))
        self._stack = ExitStack()
        self._made: Search | None = None
        self._making, self._turn = Lock(), Lock()

    @property
    def ready(self) -> bool:
        return self._made is not None

    @property
    def encoder(self) -> Encoder:
        return self._search().encoder

    @property
    def index(self) -> Index:
        return self._search().index

    def close(self) -> None:
        with self._making:
            self._stack.close()
            self._made = None

    def cameras(self) -> tuple[str, ...]:
        return self.index.cameras()

    def held(self) -> tuple[str, int]:
        return self.encoder.model, self.index.count()

    def near(self, query: Query) -> Nearest:
        search = self._search()
        with self._turn:  # one at a time is fastest: the networks use every core that they may
            return search.near(query)

    def look(self, nearest: Nearest) -> Answer:
        search = self._search()
        with self._turn:
            return search.look(nearest)

    def _search(self) -> Search:
        """Raises UnreadyError; the next call tries again."""
        with self._making:
            if self._made is None:
                try:
                    self._made = self._stack.enter_context(self._opening())
                except (ValueError, OSError) as error:
                    raise UnreadyError(f"the search does not open: {error}") from error
            return self._made


def _opened(settings: Settings) -> AbstractContextManager[Search]:
    from pipeline import build  # brings the networks' libraries, which take seconds to load

    return build.search(settings)
