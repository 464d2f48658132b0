"""The footage around a sighting: a frame of it, or a clip that is cut when somebody asks."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from models.types import Image
from pipeline.footage.frames import frames
from pipeline.footage.probe import probe
from pipeline.footage.sources import Source, SourceError
from pipeline.keeping.kept_footage import showing
from pipeline.recording.segments import chunk_of, finished, is_segment, source_of
from pipeline.types import Frame
from storage.footage.overview import Seen
from storage.types import Box

FPS = 6  # of a clip: enough to see a gait, few enough to look for faces in each frame
AROUND = timedelta(seconds=2)  # shown before somebody comes and after they left
LONGEST = timedelta(seconds=20)  # around the moment of the sighting's own picture
WIDEST = 960  # pixels of a clip
_FRAME = (255, 196, 0)  # RGB of the box


class GoneError(SourceError):
    """The footage of a sighting is not there any more."""


def span(seen: Seen) -> tuple[datetime, datetime]:
    """From when to when a clip goes."""
    shot = seen.shot
    after, before = shot.began - AROUND, shot.ended + AROUND
    if before - after > LONGEST:
        after = max(after, shot.taken - LONGEST / 2)
        before = min(before, after + LONGEST)
    return after, before


def clip(seen: Seen, segments: Path) -> Iterator[Image]:
    """The pictures of a clip, `FPS` of them each second; raises GoneError when the footage is gone."""
    after, before = span(seen)
    for frame in _frames(seen, segments, after, before, FPS):
        yield _narrowed(frame.image)


def still(seen: Seen, segments: Path, fps: float) -> Image:
    """The frame from which the sighting was cut; `fps` is what its camera is watched at."""
    taken, step = seen.shot.taken, timedelta(seconds=1 / fps)
    near = list(_frames(seen, segments, taken - step, taken + step, fps))
    if not near:
        raise _gone()
    return min(near, key=lambda frame: abs(frame.taken - taken)).image


def boxed(image: Image, box: Box) -> Image:
    """A copy with the box drawn."""
    drawn = np.ascontiguousarray(image.copy())
    x1, y1, x2, y2 = (round(side) for side in box)
    cv2.rectangle(drawn, (x1, y1), (x2, y2), _FRAME, max(2, image.shape[1] // 400))
    return drawn


def encoded(pictures: Iterable[Image]) -> bytes:
    """The pictures as an MP4; raises GoneError when there is none."""
    file = io.BytesIO()
    stream: VideoStream | None = None
    with av.open(file, "w", format="mp4") as container:
        for image in pictures:
            if stream is None:
                stream = container.add_stream(
                    "libx264", rate=FPS, options={"preset": "veryfast", "crf": "26"}
                )
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
            if image.shape[:2] == (stream.height, stream.width):  # a camera may change in mid-recording
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        if stream is None:
            raise _gone()
        container.mux(stream.encode())
    return file.getvalue()


def _frames(seen: Seen, segments: Path, after: datetime, before: datetime, fps: float) -> Iterator[Frame]:
    try:
        for source in _sources(seen, segments, after, before):
            assert source.began is not None, "what was watched has a beginning"
            start, end = ((moment - source.began).total_seconds() for moment in (after, before))
            yield from frames(
                source, seen.shot.camera, began=source.began, fps=fps, start=max(0.0, start), end=end
            )
    except SourceError as error:
        raise _gone() from error


def _sources(seen: Seen, segments: Path, after: datetime, before: datetime) -> Iterator[Source]:
    chunk = seen.chunk
    if is_segment(chunk):
        for path in showing(finished(segments / chunk.camera), after, before):
            yield source_of(chunk_of(path, chunk.camera, chunk.version))
    else:
        yield probe(chunk.source, began=chunk.began - timedelta(seconds=chunk.start))


def _narrowed(image: Image) -> Image:
    """At most `WIDEST`, with even sides, as H.264 wants them."""
    height, width = image.shape[:2]
    share = min(1.0, WIDEST / width)
    size = max(2, int(width * share) // 2 * 2), max(2, int(height * share) // 2 * 2)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _gone() -> GoneError:
    return GoneError("the footage of this sighting is not kept any more")
