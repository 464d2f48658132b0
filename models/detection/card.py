"""What detector weights say of themselves, read without any library of networks."""

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal; of a folder, of all its files in order of name."""
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def read_card(weights: Path) -> dict[str, Any]:
    """The JSON beside the weights, checked against them."""
    card: dict[str, Any] = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
    if sha256(weights) != card["sha256"]:
        raise ValueError(f"{weights} is not the file that its card describes; fetch both again")
    return card
