"""Image trunks: anything that turns pixels into its last two feature maps."""

import re
from typing import Any, NamedTuple, Protocol

import timm
from torch import Tensor, nn

from models.acsa.architecture import ImageShape
from models.detection.yolo import DetectionModel


class Stages(NamedTuple):
    """What a trunk gives for n pictures."""

    third: Tensor  # (n, c3, h3, w3): finer
    last: Tensor  # (n, c4, h4, w4): coarser, or deeper for a plain ViT
    pooled: Tensor  # (n, c4): the trunk's own summary


class Trunk(Protocol):
    """An nn.Module with this signature."""

    net: Any  # the nn.Module that pretrained weights belong to
    third_channels: int
    last_channels: int

    def __call__(self, pixels: Tensor) -> Stages: ...


class YoloTrunk(nn.Module):
    """Layers 0 to 10 of YOLO11n: 1.4 M parameters, strides 16 (128 channels) and 32 (256 channels).

    `load_trunk` takes its tensors under the plain names of the layers, "0.conv.weight" and so on.
    """

    net: Any
    third_channels: int = 128
    last_channels: int = 256

    def __init__(self) -> None:
        super().__init__()
        detector: Any = DetectionModel
        layers = detector("yolo11n.yaml", verbose=False).model
        self.net = nn.Sequential(*list(layers.children())[:11])

    def forward(self, pixels: Tensor) -> Stages:
        third = self.net[:7](pixels)
        last = self.net[7:](third)
        return Stages(third, last, last.mean((2, 3)))


class PyramidTrunk(nn.Module):
    """A hierarchical timm network (Swin, ResNet, ConvNeXt ...): its last two stages."""

    net: Any
    third_channels: int
    last_channels: int

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        super().__init__()
        self.net = timm.create_model(name, features_only=True, out_indices=(-2, -1), **options)
        self.third_channels, self.last_channels = self.net.feature_info.channels()
        self.channels_last = str(getattr(self.net, "output_fmt", "NCHW")).endswith("NHWC")
        self.norm = nn.LayerNorm(self.last_channels)  # features_only drops the network's own last norm

    def forward(self, pixels: Tensor) -> Stages:
        third, last = self.net(pixels)
        if self.channels_last:
            third, last = third.permute(0, 3, 1, 2), last.permute(0, 3, 1, 2)
        return Stages(third, last, self.norm(last.mean((2, 3))))


class GridTrunk(nn.Module):
    """A plain timm ViT: its token grid at two depths (three quarters and the end), its class token if it
    has one.
    """

    net: Any
    third_channels: int
    last_channels: int

    def __init__(self, name: str, options: dict[str, Any]) -> None:
        super().__init__()
        self.net = timm.create_model(name, num_classes=0, **options)
        depth = len(self.net.blocks)
        self.depths = [max(0, depth * 3 // 4 - 1), depth - 1]
        self.third_channels = self.last_channels = self.net.embed_dim

    def forward(self, pixels: Tensor) -> Stages:
        (third, _), (last, prefix) = self.net.forward_intermediates(
            pixels,
            indices=self.depths,
            return_prefix_tokens=True,
            norm=True,
            output_fmt="NCHW",
            intermediates_only=True,
        )
        pooled = prefix[:, 0] if self.net.num_prefix_tokens else last.mean((2, 3))
        return Stages(third, last, pooled)


def build_trunk(shape: ImageShape, *, pretrained: bool = False) -> Trunk:
    """The trunk that `shape.backbone` names; `pretrained` fetches timm's weights from the hub.

    Raises ValueError for an unknown name and OSError where the weights cannot be had.
    """
    if shape.backbone == "yolo11n":
        if pretrained:
            raise ValueError(
                "yolo11n has no hub weights here: give a trunk file with --trunk-from FILE, or --trunk-from "
                "random"
            )
        return YoloTrunk()
    home, _, name = shape.backbone.partition(":")
    if home != "timm" or not name or not timm.is_model(name.split(".")[0]):
        raise ValueError(
            f'image backbone "{shape.backbone}" is unknown: use yolo11n or timm:<name>, '
            "with a name that timm.list_models() knows"
        )
    options: dict[str, Any] = {"pretrained": pretrained, **shape.options}
    plain = name.startswith(("vit_", "deit_"))
    if plain or name.startswith("swin"):
        options["img_size"] = (shape.height, shape.width)
    if name.startswith("swin_"):
        options["strict_img_size"] = False
    try:
        return GridTrunk(name, options) if plain else PyramidTrunk(name, options)
    except (OSError, RuntimeError) as error:
        if not pretrained:
            raise
        raise OSError(
            f"the weights of {name} cannot be fetched ({type(error).__name__}): where there is a network run "
            f"`python -c \"import timm; timm.create_model('{name}', pretrained=True)\"` and copy the "
            "Hugging Face "
            "cache here, or give --trunk-from FILE, or --trunk-from random"
        ) from error


def load_trunk(trunk: Trunk, state: dict[str, Tensor]) -> None:
    """Put a trunk's own state dict into it. ValueError where names or shapes differ."""
    inner = trunk.net
    wanted = inner.state_dict()
    # timm flattens "layers.0." to "layers_0." where only features are asked for; its files have the former.
    given = {
        key if key in wanted else re.sub(r"^(\w+)\.(\d+)\.", r"\1_\2.", key): one
        for key, one in state.items()
    }
    # A network from the hub carries its classifier along; nothing of the trunk may be missing.
    wrong = sorted(key for key in wanted if key not in given or wanted[key].shape != given[key].shape)
    if wrong:
        raise ValueError(
            f"the trunk file does not fit {type(trunk).__name__}: {len(wrong)} of {len(wanted)} tensors "
            "are missing "
            f"or have another shape (first: {wrong[0]}); use weights of the same backbone"
        )
    inner.load_state_dict({key: given[key] for key in wanted})
