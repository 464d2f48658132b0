"""The whole network: both branches and the cross-attention between them."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.acsa.architecture import Architecture
from models.acsa.attention import Closeness, CrossAttention
from models.acsa.batch import TextBatch
from models.acsa.image import ImageBranch, ImageEmbedding
from models.acsa.text import TextBranch, TextEmbedding


class Acsa(nn.Module):
    """Pictures of people and descriptions into one space."""

    def __init__(self, architecture: Architecture, *, pretrained: bool = False) -> None:
        super().__init__()
        self.architecture = architecture
        self.image = ImageBranch(architecture, pretrained=pretrained)
        self.text = TextBranch(architecture)
        self.attention = CrossAttention(architecture.width, architecture.attention, architecture.sharpness)
        shape = architecture.image
        self.standardised = shape.mean != (0.0, 0.0, 0.0) or shape.std != (1.0, 1.0, 1.0)
        self.register_buffer("mean", torch.tensor(shape.mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(shape.std).view(3, 1, 1), persistent=False)

    mean: Tensor
    std: Tensor

    def forward(self, pixels: Tensor, texts: TextBatch) -> tuple[ImageEmbedding, TextEmbedding, Closeness]:
        """`pixels` (n, 3, h, w) in 0..1 against m descriptions: embeddings and the (n, m) closeness."""
        image = self.embed_images(pixels)
        text = self.text(texts)
        return image, text, self.attention(image.parts, text.phrases, text.present)

    def embed_images(self, pixels: Tensor) -> ImageEmbedding:
        """`pixels` (n, 3, h, w) in 0..1."""
        if self.standardised:
            pixels = (pixels - self.mean) / self.std
        return self.image(pixels.contiguous(memory_format=torch.channels_last))  # type: ignore[no-any-return]

    def embed_bytes(self, images: Tensor) -> ImageEmbedding:
        """`images` (n, h, w, 3) uint8 RGB at the network's size."""
        return self.embed_images(to_pixels(images))


def to_pixels(images: Tensor) -> Tensor:
    """(n, h, w, 3) uint8 to (n, 3, h, w) float32 in 0..1, in the memory order of the bytes (channels
    last).
    """
    return images.to(torch.float32).mul_(1 / 255).permute(0, 3, 1, 2)


def cosines(image: Tensor, text: Tensor) -> Tensor:
    """(n_img, n_txt) cosines of global vectors."""
    return functional.normalize(image, dim=1) @ functional.normalize(text, dim=1).T


@torch.inference_mode()
def local_scores(
    network: Acsa, image: ImageEmbedding, text: TextEmbedding, *, cells: int = 1 << 20
) -> Tensor:
    """(n_img, n_txt) local scores of whole galleries, in pieces of at most `cells` attention cells."""
    maps, local = network.attention, network.architecture.local
    return maps.scores(maps.image(image.parts), maps.text(text.phrases), text.present, local, cells=cells)
