"""Follow the people of one camera from frame to frame with ByteTrack."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from models.types import Detections, Tracked
from models.yolo import Boxes, BYTETracker


class ByteTracker:
    """ByteTrack (Zhang et al., 2022) for a camera that stands still; one instance for each camera.

    Confident detections are matched first, by overlap with where each person should be by now; unsure ones
    may then continue a person who is already followed, but never start one.
    """

    def __init__(
        self,
        fps: float,
        *,
        keep_seconds: float = 2.5,
        sure: float = 0.35,
        unsure: float = 0.1,
        new: float = 0.45,
        match: float = 0.8,
        pace: float = 2.5,
    ) -> None:
        """`fps` is the rate of the frames that `update` will see, not the camera's own.

        keep_seconds: how long a person may be out of sight and keep the number.
        sure, unsure: scores from which a detection takes part in the first and the second matching.
        new: score from which a detection may start a person.
        match: greatest distance, 1 - overlap x score, of the first matching.
        pace: how far somebody who turns or starts to walk gets in a second, in widths of the own box. Boxes
            are matched widened by that much for one frame, because at few frames a second two boxes of the
            same person need not touch (buffered IoU, Yang et al., 2023).
        """
        if fps <= 0:
            raise ValueError(f"fps is {fps}; give the rate of the frames as a number above 0")
        if not 0 <= unsure <= sure <= new <= 1:
            raise ValueError(f"unsure {unsure}, sure {sure} and new {new} must rise, from 0 to 1")
        create: Any = BYTETracker  # the library carries no types
        self._tracker = create(
            SimpleNamespace(
                track_high_thresh=sure,
                track_low_thresh=unsure,
                new_track_thresh=new,
                track_buffer=round(keep_seconds * fps),
                match_thresh=match,
                fuse_score=True,
            )
        )
        self._widening = np.float32(pace / fps)  # on each side, in widths
        # The library numbers people before they are confirmed; ours are counted when first reported.
        self._numbers: dict[int, int] = {}

    def update(self, detections: Detections) -> Tracked:
        """The people of the next frame, in the order of their detections.

        Boxes and scores are those of the detections themselves, not the filter's estimate. A person is
        reported from the second frame in a row, except in the very first frame, where all who may start do at
        once.
        """
        wide = detections.boxes.copy()
        extra = self._widening * (wide[:, 2] - wide[:, 0])
        wide[:, 0] -= extra
        wide[:, 2] += extra
        classes = np.zeros_like(extra)
        rows = np.column_stack([wide, detections.scores, classes])
        found = self._tracker.update(Boxes(rows, (1, 1))).reshape(-1, 8)
        # Columns: x1 y1 x2 y2, the library's number, score, class, row of the detection.
        found = found[np.argsort(found[:, 7], kind="stable")]
        places = found[:, 7].astype(np.int64)
        numbers = [self._numbers.setdefault(int(key), len(self._numbers) + 1) for key in found[:, 4]]
        return Tracked(np.array(numbers, dtype=np.int64), detections.boxes[places], detections.scores[places])
