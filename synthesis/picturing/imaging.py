"""The few operations on pictures that come from OpenCV, with the types and errors that we want."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from synthesis.dressing.meshes import Floats

Bytes = NDArray[np.uint8]


def blurred(picture: Floats, sigma: float) -> Floats:
    """Gaussian blur; below a quarter of a pixel nothing changes."""
    return cast(Floats, cv2.GaussianBlur(picture, (0, 0), sigma)) if sigma >= 0.25 else picture


def resized(picture: Floats, width: int, rows: int, way: int = cv2.INTER_AREA) -> Floats:
    """Scaled to ``width`` by ``rows`` pixels with one of OpenCV's interpolations."""
    return cast(Floats, cv2.resize(picture, (width, rows), interpolation=way))


def resized_bytes(picture: Bytes, width: int, rows: int, way: int = cv2.INTER_AREA) -> Bytes:
    """The same for bytes."""
    return cast(Bytes, cv2.resize(picture, (width, rows), interpolation=way))


def read_rgb(path: Path) -> Bytes:
    """An image file as (rows, width, 3) RGB. Raises OSError when it cannot be decoded."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise OSError(f"{path} is not a readable picture: fetch or render it again.")
    return cast(Bytes, picture[..., ::-1])


def jpeg(picture: Bytes, quality: int) -> bytes:
    """RGB bytes as a JPEG file of this quality, 0 to 100."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def decoded(data: bytes) -> Bytes:
    """RGB bytes of a JPEG file."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None, "the data were encoded by `jpeg`"
    return cast(Bytes, np.ascontiguousarray(picture[..., ::-1]))
