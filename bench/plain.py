"""The peer of the ingest benchmark: the usual parts in the usual order, every crop embedded."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import torch
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, PointStruct, VectorParams
from ultralytics.models.yolo.model import YOLO

from bench.stages import Stages
from models.types import Image
from pipeline.ports import Encoder

NAME = "people"


class PlainScript:
    """YOLO with its ByteTrack on every sampled frame, an encoder on every box, qdrant-client alone."""

    def __init__(self, encoder: Encoder, detector: str, folder: Path) -> None:
        self.stages = Stages()
        self.frames = self.kept = 0
        self._encoder = encoder
        self._model: Any = YOLO(detector)  # the library carries no types
        blank = np.zeros((64, 64, 3), np.uint8)
        threads = torch.get_num_threads()
        self._model.predict(blank, verbose=False, device="cpu")  # loads the network and sets the threads anew
        torch.set_num_threads(threads)
        self._client = QdrantClient(path=str(folder / "plain"))
        size = encoder.encode_images([blank])[0].vector.size
        self._client.create_collection(NAME, VectorParams(size=size, distance=Distance.COSINE))
        self.stages.time(self._model, "detector and tracker", "track")
        self.stages.time(encoder, "embedding", "encode_images")
        self.stages.time(self._client, "index", "upsert")

    def take(self, clip: Path, fps: float) -> None:
        """Take in a clip at `fps` analysed frames a second."""
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            every = max(1, round(float(stream.average_rate or fps) / fps))
            for number, shown in enumerate(container.decode(stream)):
                if number % every == 0:
                    self._frame(np.asarray(shown.to_ndarray(format="rgb24"), np.uint8))

    def _frame(self, image: Image) -> None:
        self.frames += 1
        # The library takes BGR, as OpenCV reads it.
        bgr = np.ascontiguousarray(image[:, :, ::-1])
        (found,) = self._model.track(
            bgr, persist=True, tracker="bytetrack.yaml", classes=[0], verbose=False, device="cpu"
        )
        numbers = found.boxes.id
        boxes = found.boxes.xyxy.int().tolist() if numbers is not None else []
        crops = [np.ascontiguousarray(image[y1:y2, x1:x2]) for x1, y1, x2, y2 in boxes]
        if not crops:
            return
        tracks = numbers.int().tolist()
        features = self._encoder.encode_images(crops)
        points = [
            PointStruct(id=self.kept + row, vector=feature.vector.tolist(), payload={"track": track})
            for row, (feature, track) in enumerate(zip(features, tracks, strict=True))
        ]
        self._client.upsert(NAME, points)
        self.kept += len(points)
