"""Find the people in pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.detection.card import read_card
from models.detection.letterbox import letterbox
from models.detection.portable import person_detector
from models.detection.suppress import corners, suppress
from models.runtimes.choice import Runtime
from models.runtimes.portable import Run
from models.types import Detections, Floats, Image

SHIPPED = Path(__file__).parent.parent / "weights" / "person-detector.safetensors"
FOREIGN_THRESHOLD = 0.35  # for weights that carry no threshold of their own


class PersonDetector:
    """Finds people: letterbox, one pass for each shape of frame, suppression of double boxes."""

    def __init__(
        self,
        network: Run,
        name: str,
        *,
        size: int = 640,
        threshold: float = FOREIGN_THRESHOLD,
        overlap: float = 0.6,
        fixed: bool = False,
    ) -> None:
        """The network, the name of its weights, and how it is used.

        network: pictures (b, h, w, 3) uint8 to candidates (b, 5, n): centre x, centre y, width, height in
        pixels, score as a person.
        size: long side in pixels at which the network looks. threshold: least score of a person. overlap: two
        boxes that share more of their union are one person. fixed: the network takes one picture of
        size x size at a time.
        """
        if size < 32 or size % 32:
            raise ValueError(f"the detector's size is {size}; give a multiple of 32")
        if not 0 < threshold < 1:
            raise ValueError(f"the detector's threshold is {threshold}; give a number between 0 and 1")
        self.name = name  # name@sha8 of the weights
        self.threshold = threshold
        self._network, self._size, self._overlap, self._fixed = network, size, overlap, fixed

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        """The people of each picture, best first: boxes in its own pixels, clipped to it.

        Pictures of one shape are looked at together. A picture that is not (height, width, 3) uint8, or has
        no pixels, raises ValueError.
        """
        shapes: dict[tuple[int, ...], list[int]] = {}
        for place, image in enumerate(images):
            _check(image)
            shapes.setdefault(image.shape, []).append(place)
        found: dict[int, Detections] = {}
        for places in shapes.values():
            step = 1 if self._fixed else len(places)
            for start in range(0, len(places), step):
                batch = places[start : start + step]
                found.update(zip(batch, self._look([images[place] for place in batch]), strict=True))
        return [found[place] for place in range(len(images))]

    def _look(self, images: Sequence[Image]) -> list[Detections]:
        """People in pictures of one shape."""
        boxed = [letterbox(image, self._size, square=self._fixed) for image in images]
        (answers,) = self._network(np.stack([each.pixels for each in boxed]))
        people = []
        for image, box, answer in zip(images, boxed, answers, strict=True):
            boxes, scores = self._choose(answer)
            restored = box.restore(boxes, *image.shape[:2])
            real = (restored[:, 2] > restored[:, 0]) & (
                restored[:, 3] > restored[:, 1]
            )  # not on the border alone
            people.append(Detections(restored[real], scores[real]))
        return people

    def _choose(self, answer: Floats) -> tuple[Floats, Floats]:
        """The network's candidates (5, n) above the threshold, each person once, best first."""
        answer = answer[:, answer[4] >= self.threshold]
        boxes, scores = corners(answer), answer[4]
        kept = suppress(boxes, scores, self._overlap)
        return boxes[kept], scores[kept]


def _check(image: Image) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ValueError(
            f"a picture is {image.shape} {image.dtype}; the detector takes RGB uint8 (height, width, 3) "
            "with at least one pixel"
        )


def load_detector(
    weights: str = "",
    *,
    size: int = 640,
    threshold: float | None = None,
    runtime: Runtime | None = None,
) -> PersonDetector:
    """The shipped detector, or any detector that ultralytics can run.

    `weights`: empty for the shipped ones; otherwise a file or folder of ultralytics (yolo11n.pt, an OpenVINO
    folder), or the name of a published model, which ultralytics downloads; of its classes only "person" is
    kept. `size`: long side in pixels, unless the weights allow one size only. `threshold`: least score of a
    person; None is what the weights' card says. `runtime`: what runs the shipped
    ones, or else torch; others run as ultralytics runs them. Raises ValueError when the weights cannot be had
    or know no people.
    """
    if not weights or Path(weights) == SHIPPED:
        card = read_card(SHIPPED)
        name = f"{SHIPPED.stem}@{card['sha256'][:8]}"
        chosen = card["threshold"] if threshold is None else threshold
        run = (runtime or Runtime()).open(person_detector(SHIPPED, card["sha256"]))
        return PersonDetector(run, name, size=size, threshold=chosen)
    from models.detection.foreign import (
        ForeignNetwork,
    )  # its runtimes are heavy, and the shipped weights need none

    network = ForeignNetwork(weights)
    return PersonDetector(
        network,
        network.name,
        size=network.size or size,
        threshold=FOREIGN_THRESHOLD if threshold is None else threshold,
        fixed=network.size is not None,
    )
