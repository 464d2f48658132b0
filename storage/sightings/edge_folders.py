"""The models that have a folder under one root, and the file that says which one answers.

index/active                    a line for each model that ever answered, the one that does now first:
                                its id and, after a space, the file of its weights unless they ship
index/acsa-small@98226fae/      see `storage.sightings.edge`
"""

import re
import shutil
from contextlib import closing
from pathlib import Path

from storage.sightings.edge import RESERVE, EdgeIndex
from storage.sightings.folder import FolderLock, write_whole
from storage.types import Held, Standing


class EdgeFolders:
    """A folder for each model, so that a new one can be indexed while the old one answers."""

    def __init__(self, root: Path, *, reserve: int = RESERVE) -> None:
        """`reserve` is how many bytes of the disk an index leaves free."""
        self._root, self._reserve = root, reserve

    def __str__(self) -> str:
        return str(self._root)

    def held(self) -> list[Held]:
        """The models, those that answered first."""
        told = self._told()
        folders = sorted(path.parent.name for path in self._root.glob("[!.]*/index.json"))
        answered = [
            Held(model, weights, Standing.ANSWERED if place else Standing.ANSWERS)
            for place, (model, weights) in enumerate(told.items())
        ]
        return answered + [Held(model, "", Standing.UNFINISHED) for model in folders if model not in told]

    def open(self, model: str, *, claim: str | None) -> EdgeIndex:
        """Open `model`'s sightings; with `claim`, the file of its weights, they answer from now on."""
        index = EdgeIndex(self._folder(model), model, reserve=self._reserve)
        if claim is not None:
            self.answer_with(model, claim)
        return index

    def count(self, model: str) -> int:
        """How many sightings the model has; raises InUseError while another process has them open."""
        with closing(EdgeIndex(self._folder(model), model, reserve=self._reserve)) as index:
            return index.count()

    def answer_with(self, model: str, weights: str) -> None:
        """Let `model` answer from now on, in one step."""
        told = self._told()
        lines = {model: weights, **{other: file for other, file in told.items() if other != model}}
        if list(lines.items()) != list(told.items()):
            self._tell(lines)

    def drop(self, model: str) -> None:
        """Delete the model's sightings; raises InUseError while another process has them open."""
        folder = self._folder(model)
        lock = FolderLock(folder)
        try:
            self._tell({other: file for other, file in self._told().items() if other != model})
            gone = folder.with_name(f".dropped-{model}")
            shutil.rmtree(gone, ignore_errors=True)  # of an earlier time that was cut short
            folder.rename(gone)
        finally:
            lock.release()
        shutil.rmtree(gone)

    def close(self) -> None:
        """There is nothing to let go of: an index has its own lock."""

    def _told(self) -> dict[str, str]:
        """Model: its weights, as in the file `active`."""
        try:
            lines = (self._root / "active").read_text().splitlines()
        except FileNotFoundError:
            return {}
        return {model: weights for model, _, weights in (line.strip().partition(" ") for line in lines)}

    def _tell(self, models: dict[str, str]) -> None:
        text = "".join(f"{model} {weights}".rstrip() + "\n" for model, weights in models.items())
        write_whole(self._root / "active", text)

    def _folder(self, model: str) -> Path:
        if not re.fullmatch(r"[\w.@+-]+", model) or model.startswith("."):
            raise ValueError(f"{model!r} is no model id: expected name@sha8, without slashes or spaces")
        return self._root / model
