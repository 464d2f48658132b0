"""All pictures of a data set at the network's size in one memory-mapped array, made once."""

import hashlib
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.data.dataset import read_image
from models.types import Image

log = logging.getLogger(__name__)


def fit(image: Image, height: int, width: int) -> Image:
    """(height, width, 3) RGB uint8: the one way that crops reach a network, in training and in use."""
    shrinks = image.shape[0] > height or image.shape[1] > width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), dtype=np.uint8)


def cache_pictures(paths: Sequence[Path], folder: Path, *, height: int, width: int) -> NDArray[np.uint8]:
    """(n, height, width, 3) RGB uint8, memory-mapped from `folder` where the same files were cached
    before.
    """
    key = hashlib.sha256()
    for path in paths:
        stat = path.stat()
        key.update(f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    target = folder / f"{height}x{width}-{key.hexdigest()[:16]}.npy"
    if not target.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        log.info("pictures: caching %d at %dx%d in %s", len(paths), height, width, target)
        unfinished = target.with_suffix(f".{os.getpid()}.part")
        shape = (len(paths), height, width, 3)
        array = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)

        def put(row: int) -> None:
            array[row] = fit(read_image(paths[row]), height, width)

        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(put, range(len(paths))))
        array.flush()
        os.replace(unfinished, target)
    return np.load(target, mmap_mode="r")  # type: ignore[no-any-return]
