"""Pictures at the network's size, made once."""

from pathlib import Path

import numpy as np

from models.data.pictures import cache_pictures
from tests.tiny_training import make_people


def test_pictures_are_cached_until_their_files_change(tmp_path: Path) -> None:
    people = make_people(tmp_path)
    paths = sorted((people / "imgs").glob("*.png"))[:3]
    copies = [tmp_path / f"copy-{path.name}" for path in paths]
    for path, copy in zip(paths, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    first = cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert first.shape == (3, 32, 16, 3)
    cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert len(list((tmp_path / "cache").iterdir())) == 1
    copies[0].write_bytes(paths[1].read_bytes() + b" ")
    changed = cache_pictures(copies, tmp_path / "cache", height=32, width=16)
    assert np.array_equal(changed[0], changed[1])
