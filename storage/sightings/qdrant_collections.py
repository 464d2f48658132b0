"""The models that have a collection on a Qdrant server, and the alias that says which one answers."""

from collections.abc import Callable
from contextlib import closing

from storage.sightings.qdrant import ALIAS, QdrantIndex, answer_with, collection_of
from storage.sightings.qdrant_server import Server
from storage.types import Held, Standing


class QdrantCollections:
    """A collection for each model; its metadata say what made it and whether it ever answered searches."""

    def __init__(self, connect: Callable[[], Server]) -> None:
        """`connect` gives a connection for this and one for each index, which close their own."""
        self._connect, self._server = connect, connect()
        self._client = self._server.client

    def __str__(self) -> str:
        return self._server.name

    def held(self) -> list[Held]:
        """The models in alphabetical order."""
        aliases = self._server.ask(self._client.get_aliases).aliases
        active = {alias.collection_name for alias in aliases if alias.alias_name == ALIAS}
        found = self._server.ask(self._client.get_collections).collections
        names = sorted(each.name for each in found if each.name.startswith(collection_of("")))
        return [self._held(name, name in active) for name in names]

    def open(self, model: str, *, claim: str | None) -> QdrantIndex:
        """Open `model`'s sightings; with `claim`, the file of its weights, they answer from the first on."""
        return QdrantIndex(self._connect(), model, claim=claim)

    def count(self, model: str) -> int:
        """How many sightings the model has."""
        with closing(self.open(model, claim=None)) as index:
            return index.count()

    def answer_with(self, model: str, weights: str) -> None:
        """Let `model`, which has sightings, answer from now on, in one step."""
        answer_with(self._server, model, weights)

    def drop(self, model: str) -> None:
        """Delete the model's sightings."""
        self._server.ask(self._client.delete_collection, collection_of(model))

    def close(self) -> None:
        self._server.close()

    def _held(self, collection: str, active: bool) -> Held:
        told = self._server.ask(self._client.get_collection, collection).config.metadata or {}
        before = Standing.ANSWERED if told.get("answered") else Standing.UNFINISHED
        return Held(
            collection.removeprefix(collection_of("")),
            str(told.get("weights", "")),
            Standing.ANSWERS if active else before,
        )
