"""Opens the sighting index that a URL names; each model has a folder of its own under the root."""

import re
from contextlib import closing
from pathlib import Path

from storage.edge import EdgeIndex
from storage.errors import OtherModelError
from storage.folder import write_whole


def open_index(url: str, model: str) -> EdgeIndex:
    """Open `edge:FOLDER` for `model` (name@sha8), making it when it is new; the caller closes it.

    Raises OtherModelError when the sightings there are of another model, InUseError when another
    process has them open, and the errors of EdgeIndex.
    """
    kind, _, path = url.partition(":")
    if kind != "edge" or not path:
        raise ValueError(f"the index URL is {url!r}: write edge:FOLDER, for example edge:data/index")
    root = Path(path)
    active = active_model(root)
    if active is not None and active != model:
        with closing(EdgeIndex(model_folder(root, active), active)) as other:
            held = other.count()
        if held:
            raise OtherModelError(
                f"the {held} sightings in {root} were made by another model, {active}, and cannot answer for "
                f"{model}: use {active} again, or name a new folder and index the footage again"
            )
    index = EdgeIndex(model_folder(root, model), model)
    if active != model:
        write_whole(root / "active", model + "\n")
    return index


def active_model(root: Path) -> str | None:
    """Which model's sightings answer searches; None when nothing was ever opened here."""
    try:
        return (root / "active").read_text().strip()
    except FileNotFoundError:
        return None


def model_folder(root: Path, model: str) -> Path:
    """Models stand side by side, so that a new one can be indexed while the old one answers."""
    if not re.fullmatch(r"[\w.@+-]+", model) or model.startswith("."):
        raise ValueError(f"{model!r} is no model id: expected name@sha8, without slashes or spaces")
    return root / model
