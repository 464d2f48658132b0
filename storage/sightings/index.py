"""Opens the sighting index that a URL names, in which models stand side by side and one answers searches."""

import logging
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from storage.errors import OtherModelError
from storage.sightings.edge import EdgeIndex
from storage.sightings.edge_folders import EdgeFolders
from storage.sightings.qdrant import QdrantIndex
from storage.sightings.qdrant_collections import QdrantCollections
from storage.sightings.qdrant_server import Cluster, Server
from storage.types import Held, Standing

log = logging.getLogger(__name__)

Index = EdgeIndex | QdrantIndex
ONE = Cluster()


class Models:
    """The models that have sightings in one index."""

    def __init__(self, kept: EdgeFolders | QdrantCollections) -> None:
        self._kept = kept

    def held(self) -> list[Held]:
        """Every model there is, the unfinished ones too."""
        return self._kept.held()

    def active(self) -> Held | None:
        """The model whose sightings answer searches; None when nothing was ever indexed."""
        return _active(self.held())

    def count(self, model: str) -> int:
        """How many sightings `model` has; InUseError while another process has an embedded index open."""
        return self._kept.count(model)

    def open(self, model: str, weights: str = "") -> Index:
        """Open the sightings of `model` to search or to add, making them when they are the first.

        `weights` is the file that the model was read from, to be found again; empty: those that ship. A model
        that another has replaced may be opened until it is dropped, so that nothing stops at the switch.
        Raises OtherModelError for one that never answered while another does.
        """
        held = self.held()
        standing = {each.model: each.standing for each in held}.get(model)
        active = _active(held)
        if standing is Standing.ANSWERS:
            return self._kept.open(model, claim=None)
        if active is None:
            if standing is not None:  # it was indexed beside nothing
                self._kept.answer_with(model, weights)
            return self._kept.open(model, claim=weights)
        if standing is Standing.ANSWERED:
            log.warning("searches are answered by %s now, and %s lacks what it indexed", active.model, model)
            return self._kept.open(model, claim=None)
        number = self._kept.count(active.model)
        if number:
            raise OtherModelError(
                f"the {number} sightings in {self._kept} were made by another model, {active.model}, and "
                f"cannot answer for {model}: use {active.model} again, or index them anew beside it with "
                "passerby reindex"
            )
        self._kept.drop(active.model)
        return self._kept.open(model, claim=weights)

    def beside(self, model: str) -> Index:
        """Open the sightings of `model` to fill them, while another model answers."""
        return self._kept.open(model, claim=None)

    def switch(self, model: str, weights: str) -> None:
        """Let `model`, which has sightings, answer searches that begin from now on."""
        self._kept.answer_with(model, weights)

    def drop(self, model: str) -> None:
        """Delete the sightings of a model that does not answer; ValueError for any other name."""
        held = {held.model: held for held in self.held()}
        if model not in held:
            names = ", ".join(held) or "none"
            raise ValueError(f"the index {self._kept} has no model {model}: it has {names}")
        if held[model].standing is Standing.ANSWERS:
            raise ValueError(f"{model} answers the searches: run passerby reindex with other weights first")
        self._kept.drop(model)

    def close(self) -> None:
        self._kept.close()


def _active(held: Sequence[Held]) -> Held | None:
    return next((each for each in held if each.standing is Standing.ANSWERS), None)


def open_models(url: str, cluster: Cluster = ONE) -> Models:
    """The index at `edge:FOLDER` or `http://HOST:6333`; raises ValueError for another URL."""
    kind, _, path = url.partition(":")
    if kind == "edge" and path:
        return Models(EdgeFolders(Path(path)))
    if kind in ("http", "https"):
        return Models(QdrantCollections(lambda: Server.at(url, cluster)))
    raise ValueError(
        f"the index URL is {url!r}: write edge:FOLDER, for example edge:data/index, or http://HOST:6333"
    )


def open_index(url: str, model: str, weights: str = "", *, cluster: Cluster = ONE) -> Index:
    """Open the index for `model` (name@sha8), see `Models.open`; the caller closes it."""
    with closing(open_models(url, cluster)) as models:
        return models.open(model, weights)
