"""The ranked examples as one HTML file that needs nothing beside it, for a browser or a mail."""

import base64
import html
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from models.data.dataset import Dataset, read_image
from models.evaluation.sheet import RIGHT, WRONG, Answer
from models.types import Floats, Image

HEIGHT = 180  # pixels of a picture on the page
STYLE = f"""
body {{ font: 16px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }}
section {{ border-top: 1px solid #ccc; padding: 1rem 0; }}
section p {{ margin: 0 0 .5rem; }}
.rank {{ color: #555; font-size: .9rem; }}
.row {{ display: flex; flex-wrap: wrap; gap: .5rem; align-items: flex-end; }}
figure {{ margin: 0; }}
figcaption {{ font-size: .75rem; text-align: center; }}
img {{ display: block; height: {HEIGHT}px; border: 4px solid transparent; }}
.right img {{ border: 4px solid rgb{RIGHT}; }}
.wrong img {{ border: 4px dashed rgb{WRONG}; }}
.own {{ margin-right: 1rem; }}
"""


def write_html(dataset: Dataset, scores: Floats, answers: Sequence[Answer], title: str) -> str:
    """The page; `scores` (n_img, n_txt) are written under the pictures."""
    hits = sum(answer.first == 1 for answer in answers)
    head = (
        f"{hits} of these {len(answers)} descriptions, chosen at random, have a right picture first. On the "
        "left the picture that a description was written for; right ones have a green frame, wrong ones a "
        "dashed red one."
    )
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{html.escape(title)}</h1><p>{head}</p>",
            *(_section(dataset, scores, answer) for answer in answers),
            "</body></html>\n",
        )
    )


def _section(dataset: Dataset, scores: Floats, answer: Answer) -> str:
    words = html.escape(dataset.captions[answer.caption])
    figures = [_figure(dataset, answer.own, "own", "described")]
    for place, (image, right) in enumerate(zip(answer.best, answer.right, strict=True), start=1):
        mark = "right" if right else "wrong"
        note = f"{place}: {mark}, {scores[image, answer.caption]:.2f}"
        figures.append(_figure(dataset, image, mark, note))
    rank = f"first right picture at rank {answer.first:,} of {len(dataset):,}"
    return (
        f'<section><p>{words}</p><p class="rank">{rank}</p>'
        f'<div class="row">{"".join(figures)}</div></section>'
    )


def _figure(dataset: Dataset, image: int, kind: str, note: str) -> str:
    path: Path = dataset.examples[image].image
    source, name = _embedded(read_image(path)), html.escape(path.name, quote=True)
    return (
        f'<figure class="{kind}"><img src="{source}" alt="{name}" title="{name}">'
        f"<figcaption>{note}</figcaption></figure>"
    )


def _embedded(image: Image) -> str:
    """The picture as a data URI, a JPEG of the page's height."""
    width = max(1, round(image.shape[1] * HEIGHT / image.shape[0]))
    small = cv2.resize(image, (width, HEIGHT), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return "data:image/jpeg;base64," + base64.b64encode(np.asarray(data).tobytes()).decode("ascii")
