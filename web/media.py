"""Pictures and clips as responses."""

import io
import re

from fastapi import Response
from PIL import Image as Pictures

from models.types import Image
from web.problems import Problem

KEPT = "private, max-age=300"  # by the browser that asked; what shows faces is kept by nobody


def jpeg(image: Image, *, hidden: bool, quality: int = 90) -> Response:
    """An RGB picture; `hidden` says that it shows no face."""
    file = io.BytesIO()
    Pictures.fromarray(image).save(file, "JPEG", quality=quality)
    return Response(file.getvalue(), media_type="image/jpeg", headers={"Cache-Control": _cache(hidden)})


def ranged(data: bytes, asked: str | None, *, hidden: bool) -> Response:
    """A clip, or the part of it that a header `Range` asks for; what is no single range is answered whole."""
    headers = {"Accept-Ranges": "bytes", "Cache-Control": _cache(hidden)}
    wanted = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", asked or "")
    if wanted is None or not any(wanted.groups()):
        return Response(data, media_type="video/mp4", headers=headers)
    first, last = wanted.groups()
    start = int(first) if first else max(0, len(data) - int(last))
    end = min(int(last), len(data) - 1) if first and last else len(data) - 1
    if start > end:
        detail = f"the clip has {len(data)} bytes"
        raise Problem(416, detail, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    return Response(data[start : end + 1], 206, headers, "video/mp4")


def _cache(hidden: bool) -> str:
    return KEPT if hidden else "no-store"
