"""Small stand-ins for the networks and the media store, written by hand, and footage that they understand."""

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from models.types import Detections, Floats, Image, ImageFeatures, Scores, TextFeatures, Tracked

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 60, 230), "yellow": (230, 220, 40)}


class BrightRectangles:
    """A detector to which people are bright rectangles."""

    def __init__(self, score: float = 0.9) -> None:
        self.score = score
        self.batches: list[int] = []

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        self.batches.append(len(images))
        return [self._one(image) for image in images]

    def _one(self, image: Image) -> Detections:
        bright = (image[:, :, 0] > 200).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        left, top, width, height = stats[1:, :4].T
        boxes = np.stack([left, top, left + width, top + height], 1).astype(np.float32)
        return Detections(boxes, np.full(len(boxes), self.score, np.float32))


class NearestCentre:
    """A tracker that gives each box the number of the nearest one, seen at most ten frames ago."""

    def __init__(self, state: str = "") -> None:
        record = json.loads(state or '{"frame": 0, "next": 1, "places": []}')
        self.frame: int = record["frame"]
        self.next: int = record["next"]
        self.places = {number: (seen, np.array(place)) for number, seen, place in record["places"]}

    def state(self) -> str:
        places = [(number, seen, place.tolist()) for number, (seen, place) in self.places.items()]
        return json.dumps({"frame": self.frame, "next": self.next, "places": places})

    def update(self, detections: Detections, image: Image) -> Tracked:
        self.frame += 1
        centres = (detections.boxes[:, :2] + detections.boxes[:, 2:]) / 2
        numbers = []
        for centre in centres:
            near = [
                (float(np.abs(centre - place).sum()), number)
                for number, (seen, place) in self.places.items()
                if self.frame - seen <= 10 and number not in numbers and np.abs(centre - place).max() < 25
            ]
            number = min(near)[1] if near else self.next
            self.next += not near
            self.places[number] = (self.frame, centre)
            numbers.append(number)
        return Tracked(np.array(numbers, np.int64), detections.boxes, detections.scores)


class Shelf:
    """A media store in memory that is as exact as a lossless one."""

    def __init__(self) -> None:
        self.images: dict[str, Image] = {}

    def put(self, key: str, image: Image) -> None:
        self.images[key] = image.copy()

    def get(self, key: str) -> Image:
        if key not in self.images:
            raise FileNotFoundError(f"no picture under {key}")
        return self.images[key]

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            del self.images[key]

    def locate(self, key: str) -> str:
        return key


class ColourEncoder:
    """An encoder that sees mean colours and understands a few colour words; one part, the whole."""

    model = "colours@00000000"
    parts = ("whole",)
    threshold = 0.5

    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]:
        return [self._seen(image) for image in images]

    def encode_text(self, text: str) -> TextFeatures:
        words = [word for word in text.lower().split() if word in COLOURS]
        if not words:
            raise ValueError(f'there is nothing to look for in "{text}"; describe what the person looks like')
        vectors = np.stack([unit(np.array(COLOURS[word], np.float32)) for word in words])
        return TextFeatures(unit(vectors.sum(0)), tuple(words), vectors, (False,) * len(words))

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        similarity = np.einsum("pe,nke->npk", text.phrase_vectors, parts.astype(np.float32))
        probability = 1 / (1 + np.exp(-40 * (nearness - 0.9)))
        return Scores(nearness, probability, similarity, similarity.max(2))

    def _seen(self, image: Image) -> ImageFeatures:
        vector = unit(image.reshape(-1, 3).mean(0).astype(np.float32))
        return ImageFeatures(vector, vector[None].astype(np.float16))


def unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


def write_video(path: Path, images: Sequence[Image], fps: int) -> Path:
    """Encode RGB pictures of one size with MPEG-4, every second a keyframe."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.bit_rate, stream.gop_size = 4_000_000, fps
        stream.height, stream.width = images[0].shape[:2]
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path


def walker_video(path: Path, *, seconds: int = 24, fps: int = 10) -> Path:
    """A dark street that people cross, one after the other, bright with a colour of their own."""
    tints = [(250, 120, 120), (255, 250, 120), (250, 250, 250), (240, 120, 250)]
    images = []
    for index in range(seconds * fps):
        image = np.full((240, 640, 3), 50, np.uint8)
        for walker, tint in enumerate(tints):
            step = index - walker * 4 * fps
            if 0 <= step < 11 * fps:
                left, top = 10 + step * 5, 10 + 55 * walker
                image[top : top + 50, left : left + 22] = tint
        images.append(image)
    return write_video(path, images, fps)


def transport_stream(seconds: float, *, size: tuple[int, int] = (96, 64), fps: int = 5) -> bytes:
    """H.264 as it comes over a network, a keyframe each second, growing brighter with each frame."""
    file = io.BytesIO()
    with av.open(file, "w", format="mpegts") as container:
        options = {"tune": "zerolatency", "preset": "ultrafast"}
        stream = container.add_stream("libx264", rate=fps, options=options)
        (stream.width, stream.height), stream.gop_size = size, fps
        for index in range(round(seconds * fps)):
            image = np.full((size[1], size[0], 3), index % 250, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return file.getvalue()
