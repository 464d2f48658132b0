"""Contact sheets: pictures as a network sees them, with a caption below each."""

import json
import textwrap
from pathlib import Path

import cv2
import numpy as np

from synthesis.picturing.imaging import Bytes, read_rgb, resized_bytes

CELL = (128, 256)
TEXT_ROWS = 92


def contact_sheet(out: Path, path: Path, count: int = 48) -> None:
    """Write ``count`` evenly spread pictures of a finished data set to one PNG file."""
    rows = json.loads((out / "reid_raw.json").read_text(encoding="utf-8"))
    chosen = [rows[k] for k in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]
    cells = [_cell(out / "imgs" / row["file_path"], row["captions"][0]) for row in chosen]
    across = 12
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % across)
    lines = [np.hstack(cells[k : k + across]) for k in range(0, len(cells), across)]
    cv2.imwrite(str(path), np.vstack(lines)[..., ::-1])


def _cell(path: Path, caption: str) -> Bytes:
    picture = resized_bytes(read_rgb(path), *CELL, cv2.INTER_CUBIC)
    label = np.full((TEXT_ROWS, CELL[0], 3), 255, np.uint8)
    for line, words in enumerate(textwrap.wrap(caption, 26)[:8]):
        cv2.putText(
            label, words, (2, 10 + 11 * line), cv2.FONT_HERSHEY_PLAIN, 0.62, (0, 0, 0), 1, cv2.LINE_AA
        )
    return np.vstack([picture, label])
