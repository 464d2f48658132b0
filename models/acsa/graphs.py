"""The branches and the close look as a runtime takes them: tensors in, tensors out."""

from torch import Tensor, nn
from torch.nn import functional

from models.acsa.matching import TINY
from models.acsa.network import Acsa, to_pixels


class ImageGraph(nn.Module):
    """Pictures (n, h, w, 3) uint8 RGB to unit vectors (n, width) and parts (n, p, width)."""

    def __init__(self, network: Acsa) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        embedded = self.network.embed_images(to_pixels(pictures))
        return functional.normalize(embedded.vector, dim=1), embedded.parts


class TextGraph(nn.Module):
    """Word pieces (n, t) with their mask, and the shares (n, 1 + k, t) in which their states are averaged.

    The first average is the sentence and becomes the unit vector (n, width), the others become phrases
    (n, k, width).
    """

    def __init__(self, network: Acsa) -> None:
        super().__init__()
        self.branch = network.text

    def forward(self, numbers: Tensor, mask: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
        states = self.branch.tower(input_ids=numbers, attention_mask=mask).last_hidden_state.float()
        averages = shares @ states
        vector = functional.normalize(self.branch.neck(averages[:, 0]), dim=1)
        return vector, self.branch.phrase(averages[:, 1:]).float()


class LookGraph(nn.Module):
    """Stored parts (n, p, width) with the unit keys and the values (k, attention) of one text's phrases.

    Gives the cosines of queries and keys (n, p, k), the products of the values of parts and phrases
    (n, p, k), and those of parts with each other (n, p, p). The mapped parts themselves are never handed out.
    """

    def __init__(self, network: Acsa) -> None:
        super().__init__()
        self.maps = network.attention

    def forward(self, parts: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rows = parts.float()
        query, own = self.maps.image_query(rows), self.maps.image_value(rows)
        cosines = (query @ key.T) / query.norm(dim=-1, keepdim=True).clamp(min=TINY)
        return cosines, own @ value.T, own @ own.transpose(1, 2)
