"""The top-level packages are ours: another package of the same name would shadow them silently."""

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["web", "pipeline", "models", "storage", "workers", "synthesis", "bench"])
def test_a_package_is_the_one_of_this_repository(name: str) -> None:
    file = import_module(name).__file__
    assert file is not None
    assert Path(file).is_relative_to(ROOT)


def test_the_readme_names_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = (
        "pipeline/",
        "models/",
        "storage/",
        "workers/",
        "web/",
        "synthesis/",
        "bench/",
        "tests/",
        "docs/",
        "demo/",
    )
    assert [folder for folder in folders if folder not in readme] == []
