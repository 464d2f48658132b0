"""Hide the faces of everybody in whole frames, whom the detector finds there."""

from collections.abc import Iterable, Iterator

from models.types import Image
from pipeline.ports import Detector
from pipeline.privacy import blur_heads


def hidden(images: Iterable[Image], detector: Detector) -> Iterator[Image]:
    """Copies of the frames without faces.

    The detector is asked at its most doubtful, and the heads of the frame before are hidden too, so that a
    person it misses once does not flash up. One whom it does not find at all stays visible.
    """
    before = None
    for image in images:
        (found,) = detector.detect([image])
        clear = blur_heads(image, found.boxes)
        yield clear if before is None else blur_heads(clear, before)
        before = found.boxes
