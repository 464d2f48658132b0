"""What a way of searching gives to every crop of a gallery for one description."""

from dataclasses import dataclass

from models.types import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """One value per crop of the gallery."""

    score: Floats  # (n,) ranks the crops of one description
    probability: Floats  # (n,) 0..1, comparable between descriptions
