"""Keep the people who stand where the camera is asked to look."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.types import Detections
from storage.footage.cameras import Polygon


@dataclass(frozen=True, slots=True)
class Zones:
    """Where people are kept: inside a zone, if there is any, and outside every mask."""

    zones: tuple[Polygon, ...] = ()
    masks: tuple[Polygon, ...] = ()

    def keep(self, found: Detections, shape: Sequence[int]) -> Detections:
        """Those whose feet, the middle of the lower edge, are wanted; `shape`: the picture's height, width.

        Feet on the edge of a polygon are in it.
        """
        if not self.zones and not self.masks:
            return found
        height, width = shape[:2]
        feet = np.stack([(found.boxes[:, 0] + found.boxes[:, 2]) / 2 / width, found.boxes[:, 3] / height], 1)
        inside = np.array(
            [
                (not self.zones or any(_holds(zone, x, y) for zone in self.zones))
                and not any(_holds(mask, x, y) for mask in self.masks)
                for x, y in feet.clip(0, 1).tolist()
            ],
            bool,
        )
        return Detections(found.boxes[inside], found.scores[inside])


def _holds(polygon: Polygon, x: float, y: float) -> bool:
    return cv2.pointPolygonTest(np.array(polygon, np.float32), (x, y), False) >= 0


EVERYWHERE = Zones()
