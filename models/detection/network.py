"""YOLO11n for people alone: its shape, its weights on disk, and how it runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from models.detection.yolo import DetectionModel

ARCHITECTURE = "yolo11n.yaml"
TAUGHT_CLASSES = 80  # of the teacher; it also sets the width of the class branch
PERSON = 0  # the teacher's class "person"
CANDIDATES = 1000  # boxes of a picture at most, a dozen of each person

build: Any = DetectionModel  # the library carries no types


def untrained() -> nn.Module:
    """A YOLO11n for 80 classes with random weights and batch norm."""
    return cast(nn.Module, build(ARCHITECTURE, nc=TAUGHT_CLASSES, verbose=False))


def layers(model: nn.Module) -> nn.Sequential:
    """The network's numbered layers; the last one is the head."""
    return cast(nn.Sequential, model.model)


def person_network() -> nn.Module:
    """YOLO11n with the class branch as wide as for 80 classes but one answer: person.

    The width is kept so that the branch of an 80-class network fits it weight by weight.
    """
    model: Any = untrained()
    head: Any = layers(model)[-1]
    for branch in head.cv3:
        branch[-1] = nn.Conv2d(branch[-1].in_channels, 1, 1)
    head.nc, head.no = 1, 1 + 4 * head.reg_max
    head.bias_init()
    model.nc, model.names, model.yaml["nc"] = 1, {0: "person"}, 1
    return cast(nn.Module, model)


def only_person(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of an 80-class YOLO11n without the answers to the other classes."""
    classes = {f"23.cv3.{level}.2.{kind}" for level in range(3) for kind in ("weight", "bias")}
    return {key: value[PERSON : PERSON + 1] if key in classes else value for key, value in state.items()}


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, in float32."""
    if not path.is_file():
        raise ValueError(f"there are no detector weights at {path}; train them or name another file")
    return {
        key: value.float() if value.is_floating_point() else value for key, value in load_file(path).items()
    }


def half_state(part: nn.Module) -> dict[str, Tensor]:
    """The tensors of a network in half precision, as they are written to disk."""
    return {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in part.state_dict().items()
    }


class Expectation(nn.Module):
    """The expected distance of each box side from its scored bins, in float32.

    Takes the place of the library's fixed convolution, which runs in bfloat16 or int8 where the rest does,
    and that is two pixels coarse on the largest boxes.
    """

    distances: Tensor  # (bins, 1) in units of the stride

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins
        self.register_buffer("distances", torch.arange(bins, dtype=torch.float32)[:, None], persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        """(b, 4 bins, n) to (b, 4, n) in units of the stride."""
        shares = scores.float().reshape(scores.shape[0], 4, self.bins, -1).softmax(2)
        return (shares * self.distances).sum(2)


class PersonHead(nn.Module):
    """The head of a trained network, which works out the boxes of its likeliest cells alone.

    Thousands of cells see nobody; the expectations over their bins took a tenth of the whole network's time.
    """

    def __init__(self, trained: Any) -> None:
        super().__init__()
        self.cv2, self.cv3 = trained.cv2, trained.cv3  # sides of boxes in bins, scores; by level
        self.dfl = Expectation(trained.reg_max)
        self.strides: list[float] = trained.stride.tolist()
        self.i, self.f = trained.i, trained.f  # its place in the network, and the layers that it reads

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Maps (b, c, h, w) of each level to (b, 5, CANDIDATES), as `PersonNetwork`, the likeliest first."""
        bins = torch.cat([branch(one).flatten(2) for branch, one in zip(self.cv2, maps, strict=True)], 2)
        scores = torch.cat([branch(one).flatten(1) for branch, one in zip(self.cv3, maps, strict=True)], 1)
        cells = torch.cat([_cells(one, stride) for one, stride in zip(maps, self.strides, strict=True)], 1)
        nobody = functional.pad(scores.float(), (0, CANDIDATES), value=-1e4)  # small pictures have few cells
        score, best = nobody.topk(CANDIDATES, 1)
        best = best.clamp(max=scores.shape[1] - 1)
        chosen = bins.gather(2, best[:, None].expand(-1, bins.shape[1], -1))
        left, top, right, bottom = self.dfl(chosen).unbind(1)
        x, y, stride = cells[:, best].unbind(0)
        sides = [x + (right - left) / 2, y + (bottom - top) / 2, left + right, top + bottom]
        return torch.stack([*(side * stride for side in sides), score.sigmoid()], 1)


def _cells(one: Tensor, stride: float) -> Tensor:
    """(3, h w) of a map (b, c, h, w): centre x and y of each cell in units of the stride, and the stride."""
    rows, columns = (torch.arange(side, dtype=torch.float32) + 0.5 for side in one.shape[2:])
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return torch.stack([x, y, torch.full_like(x, stride)]).flatten(1)


class PersonNetwork(nn.Module):
    """The network ready to run: norms folded in."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        network: Any = person_network()
        network.model.load_state_dict(state)
        self.network = network.eval().fuse(verbose=False).requires_grad_(False)
        network.model[-1] = PersonHead(network.model[-1])
        self.network.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> tuple[Tensor]:
        """(b, h, w, 3) uint8 RGB to (b, 5, n): centre x, centre y, width, height in pixels, score."""
        pixels = pictures.to(torch.float32).mul(1 / 255).permute(0, 3, 1, 2)
        return (self.network(pixels.contiguous(memory_format=torch.channels_last)),)
