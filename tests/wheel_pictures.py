"""Photographs that the ultralytics wheel carries, found without importing it: that changes Pillow."""

from importlib.util import find_spec
from pathlib import Path


def wheel_picture(name: str) -> Path:
    """The path of "bus.jpg" or "zidane.jpg"."""
    spec = find_spec("ultralytics")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "assets" / name
