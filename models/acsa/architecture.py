"""What an ACSA network is made of, as plain values that travel in presets and checkpoints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")


def build_record(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """`kind(**values)`, with an error that names the unknown keys instead of a TypeError."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"{where} knows no {', '.join(unknown)}: choose from {', '.join(sorted(known))}")
    return kind(**values)


@dataclass(frozen=True, slots=True)
class ImageShape:
    """The image branch."""

    backbone: str = "yolo11n"  # "yolo11n" or "timm:<name>"
    height: int = 256
    width: int = 128
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)  # of pixels in 0..1, taken off inside the network
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    options: Mapping[str, Any] = field(default_factory=dict)  # passed to timm.create_model
    regions: bool = True  # head, upper body, lower body, feet
    windows: tuple[int, int] = (2, 2)  # rows, columns over the third stage; (0, 0) for none

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", tuple(self.mean))
        object.__setattr__(self, "std", tuple(self.std))
        object.__setattr__(self, "windows", tuple(self.windows))


@dataclass(frozen=True, slots=True)
class TextShape:
    """The text branch."""

    family: str = "bert"  # "bert" or "clip": which transformer of the transformers library
    shape: Mapping[str, Any] = field(default_factory=dict)  # its configuration
    pooling: str = "mean"  # sentence feature: "cls", "mean" or "last" (CLIP's end token)
    phrases: str = (
        "span"  # "span": means of the sentence's own states; "alone": each encoded by itself (paper)
    )
    longest: int = 64  # word pieces of a sentence; the rest is cut off
    phrase_longest: int = 16  # word pieces of a phrase encoded alone
    most_phrases: int = 10

    def __post_init__(self) -> None:
        if self.pooling not in ("cls", "mean", "last"):
            raise ValueError(f'text pooling is "{self.pooling}": choose "cls", "mean" or "last"')
        if self.phrases not in ("span", "alone"):
            raise ValueError(f'text phrases are "{self.phrases}": choose "span" or "alone"')


@dataclass(frozen=True, slots=True)
class Architecture:
    """One network: its two branches and what joins them."""

    name: str = "acsa"
    image: ImageShape = field(default_factory=ImageShape)
    text: TextShape = field(default_factory=TextShape)
    width: int = 256  # of the global vector, the parts and the phrase vectors
    attention: int = 128  # of the queries, keys and values
    sharpness: float = 20.0  # of the softmax of cross-attention; 0 weighs all sources alike
    dropout: float = 0.1  # in front of the part maps
    local: str = "mean"  # which direction of cross-attention is the local score: "i2t", "t2i", "mean"

    def __post_init__(self) -> None:
        if self.local not in ("i2t", "t2i", "mean"):
            raise ValueError(f'local is "{self.local}": choose "i2t", "t2i" or "mean"')
        if not 0 <= self.sharpness <= 30:  # cross-attention takes exp(sharpness), and squares it
            raise ValueError(f"sharpness is {self.sharpness}: give a value from 0 to 30; the paper has 20")

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the part vectors, in order."""
        regions = ("head", "upper body", "lower body", "feet") if self.image.regions else ()
        rows, columns = self.image.windows
        return ("whole", *regions, *(f"window {i + 1}" for i in range(rows * columns)))

    def record(self) -> dict[str, Any]:
        """Plain JSON values; `read_architecture` reads them back."""
        return asdict(self)


def read_architecture(values: Mapping[str, Any]) -> Architecture:
    """The architecture that a preset or checkpoint describes. ValueError names what it does not know."""
    rest = dict(values)
    image = build_record(ImageShape, rest.pop("image", {}), "the image branch")
    text = build_record(TextShape, rest.pop("text", {}), "the text branch")
    return build_record(Architecture, {**rest, "image": image, "text": text}, "the architecture")
