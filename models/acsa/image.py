"""Image branch: one global feature, body regions and windows of a picture of a person."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.acsa.architecture import Architecture
from models.acsa.backbone import build_trunk

# Six equal stripes from top to bottom; neighbouring regions overlap as in the paper's release.
STRIPES = 6
REGIONS: dict[str, tuple[int, ...]] = {
    "head": (0, 1),
    "upper body": (1, 2),
    "lower body": (3, 4),
    "feet": (5,),
}


class ImageEmbedding(NamedTuple):
    """n pictures."""

    vector: Tensor  # (n, width): global, not yet of unit length
    parts: Tensor  # (n, parts, width): whole, regions, windows, before the query and value maps


class Neck(nn.Module):
    """Batch norm without a trained shift, then a projection where the widths differ.

    Luo et al., "Bag of Tricks and A Strong Baseline for Deep Person Re-identification", 2019.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.norm.bias.requires_grad_(False)
        self.project = nn.Identity() if channels == width else nn.Linear(channels, width, bias=False)

    def forward(self, pooled: Tensor) -> Tensor:
        return cast(Tensor, self.project(self.norm(pooled.float()))).float()


class PartMap(nn.Sequential):
    """Pooled channels of one part to its vector."""

    def __init__(self, channels: int, width: int, dropout: float) -> None:
        super().__init__(nn.LayerNorm(channels), nn.Dropout(dropout), nn.Linear(channels, width), nn.ReLU())


class ImageBranch(nn.Module):
    """Pixels to one global vector and one vector per part."""

    def __init__(self, architecture: Architecture, *, pretrained: bool = False) -> None:
        super().__init__()
        shape = architecture.image
        trunk = build_trunk(shape, pretrained=pretrained)
        third, last = trunk.third_channels, trunk.last_channels
        width, dropout = architecture.width, architecture.dropout
        self.trunk = trunk
        self.neck = Neck(last, width)
        self.whole = PartMap(last, width, dropout)
        regions = REGIONS if shape.regions else {}
        self.stripes = tuple(regions.values())
        self.regions = nn.ModuleList(PartMap(last * len(rows), width, dropout) for rows in self.stripes)
        self.grid = shape.windows
        self.windows = nn.ModuleList(
            PartMap(third, width, dropout) for _ in range(self.grid[0] * self.grid[1])
        )

    def forward(self, pixels: Tensor) -> ImageEmbedding:
        """`pixels` (n, 3, h, w), standardised."""
        stages = self.trunk(pixels)
        parts = [self.whole(stages.pooled)]
        if self.stripes:
            stripes = functional.adaptive_avg_pool2d(stages.last, (STRIPES, 1)).squeeze(3)  # (n, c, 6)
            for rows, region in zip(self.stripes, self.regions, strict=True):
                parts.append(region(torch.cat([stripes[:, :, row] for row in rows], dim=1)))
        if self.windows:
            windows = functional.adaptive_avg_pool2d(stages.third, self.grid).flatten(
                2
            )  # (n, c, rows * columns)
            parts += [window(windows[:, :, i]) for i, window in enumerate(self.windows)]
        return ImageEmbedding(self.neck(stages.pooled), torch.stack(parts, dim=1).float())
