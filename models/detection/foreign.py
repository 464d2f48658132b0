"""Run detectors that others trained, through ultralytics' own runtimes."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from models.detection.card import sha256
from models.detection.yolo import AutoBackend
from models.runtimes.portable import Array


class ForeignNetwork:
    """A detector of any format that ultralytics loads, cut down to its class "person"."""

    def __init__(self, weights: str) -> None:
        path = Path(weights)
        # A bare name may be one that ultralytics can download; a path is there or it is not.
        wanted = path.exists() or (path.name == weights and path.suffix == ".pt")
        try:
            if not wanted:
                raise FileNotFoundError(weights)
            self._network: Any = AutoBackend(weights, device=torch.device("cpu"), verbose=False).eval()
        except (OSError, RuntimeError, TypeError, ImportError, UnpicklingError) as error:
            raise ValueError(
                f"the detector weights {weights!r} cannot be loaded or downloaded; name a weights file or "
                "folder that is there, or leave the setting empty for the shipped ones"
            ) from error
        people = [number for number, name in self._network.names.items() if name == "person"]
        if not people:
            raise ValueError(f"the detector weights {weights!r} know no class named 'person'; name others")
        self._rows = [0, 1, 2, 3, 4 + people[0]]
        fixed = not (self._network.format == "pt" or getattr(self._network, "dynamic", False))
        self.size: int | None = max(self._network.imgsz) if fixed else None  # the only one that it takes
        self.name = f"{path.stem}@{sha256(path)[:8]}"

    def __call__(self, pictures: Array) -> tuple[Array]:
        """(b, h, w, 3) uint8 RGB to (b, 5, n): centre x, centre y, width, height in pixels, score."""
        with torch.inference_mode():
            answer = self._network(torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255))
        decoded = answer[0] if isinstance(answer, list | tuple) else answer
        return (decoded[:, self._rows].float().numpy(),)
