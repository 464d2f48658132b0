"""What a network tells of itself so that any runtime can run it; free of every library of networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[Any]
Run = Callable[..., tuple[Array, ...]]
"""A network ready to run: arrays in, arrays out, the first axis of each counting examples."""


def first_line(error: Exception) -> str:
    """What a library of networks says at such length."""
    return (str(error).splitlines() or [type(error).__name__])[0]


@dataclass(frozen=True, slots=True)
class Portable:
    """One network, not loaded yet."""

    name: str  # "person-detector"; also of files
    sha256: str  # of the weights
    build: Callable[[], nn.Module]  # float32; tensors in, a tuple of tensors out, as `Run` has arrays
    shapes: tuple[tuple[int, ...], ...]  # of the inputs; -1 where any size will do
    examples: Callable[[], Sequence[tuple[Array, ...]]]  # real inputs on which a runtime has to prove itself
    fault: Callable[[tuple[Array, ...], tuple[Array, ...]], str]
    """What is wrong with the second answers where the first are the reference's; empty: nothing."""
    calibration: Callable[[], Sequence[tuple[Array, ...]]] | None = None
    """Real inputs that show int8 its ranges; None where int8 is too coarse."""
    exact: tuple[str, ...] = ()  # patterns of the names of layers that int8 spoils
    singly: bool = False  # best run one example at a time, compiled for the size of each
    full: bool = False
    """What it gives is compared finely: in float32, on the CPU. Not all of its inputs need count examples."""
