"""Learn one convolution alone: a linear regression from what a teacher's is given to what it answers."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

DAMPING = 1e-6  # of the mean power of the inputs: fine detail in pictures is hardly stronger


class Regression(nn.Module):
    """One convolution in coordinates in which every direction of its input is equally strong.

    The inputs of a convolution are so correlated (neighbouring pixels are nearly equal) that gradient descent
    on plain weights needs thousands of steps for the fine detail. Whitening the inputs once makes all
    directions converge at the same pace. Answers are learnt in units of the teacher's spread.
    """

    whitener: Tensor  # (g, d, d), g groups of d inputs
    mean: Tensor  # (c,) of the teacher's answers
    spread: Tensor  # (c,)

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = [conv]  # in a list: shape and settings only, not a part of this module
        groups, inputs = conv.groups, conv.weight[0].numel()
        self.register_buffer("whitener", torch.zeros(groups, inputs, inputs))
        self.register_buffer("mean", torch.zeros(conv.out_channels))
        self.register_buffer("spread", torch.zeros(conv.out_channels))
        self.weight = nn.Parameter(torch.zeros(groups, conv.out_channels // groups, inputs))
        self.bias = nn.Parameter(torch.zeros(conv.out_channels))
        self._count = 0

    @torch.no_grad()
    def observe(self, given: Tensor, answer: Tensor) -> None:
        """Gather the second moments of padded inputs (b, c_in, h, w) and of answers (b, c, h', w')."""
        conv = self.conv[0]
        patches = F.unfold(given.float(), conv.kernel_size, stride=conv.stride)  # (b, g d, positions)
        patches = (
            patches.reshape(len(patches), conv.groups, -1, patches.shape[2]).permute(1, 2, 0, 3).flatten(2)
        )
        self.whitener += patches @ patches.transpose(1, 2)
        rows = answer.float().transpose(0, 1).flatten(1)
        self.mean += rows.sum(1)
        self.spread += rows.square().sum(1)
        self._count += rows.shape[1]

    @torch.no_grad()
    def ready(self, dead: float) -> None:
        """Turn the moments into the whitener and the answers' scale.

        `dead` is the share of the mean variance added to each channel's, so that silent ones weigh little.
        """
        moment = self.whitener.double() / self._count
        power = moment.diagonal(dim1=1, dim2=2).mean(1)[:, None]
        values, vectors = torch.linalg.eigh(moment)
        scale = (values.clamp(min=0) + DAMPING * power + 1e-12).rsqrt()
        self.whitener.copy_((vectors * scale[:, None]) @ vectors.transpose(1, 2))
        self.mean /= self._count
        variance = (self.spread / self._count - self.mean.square()).clamp(min=0)
        self.spread.copy_((variance + dead * variance.mean()).sqrt())

    @property
    def reach(self) -> float:
        """How large one weight is when the answer is explained: the scale for its learning rate."""
        return float(self.weight.shape[-1] ** -0.5)

    def kernel(self) -> Tensor:
        """The convolution's weights, for answers in units of the spread."""
        # bfloat16 would spoil the fine directions, which the whitener makes large.
        with torch.autocast("cpu", enabled=False):
            return (self.weight @ self.whitener).reshape(self.conv[0].weight.shape)

    def forward(self, given: Tensor, answer: Tensor) -> Tensor:
        """Squared error per position, summed over the channels, in units of the spread."""
        conv = self.conv[0]
        own = F.conv2d(given, self.kernel(), None, conv.stride, 0, conv.dilation, conv.groups)
        scale = self.spread[:, None, None]
        wanted = (answer.float() - self.mean[:, None, None]) / scale
        return (own.float() + self.bias[:, None, None] - wanted).square().sum(1).mean()

    def tensors(self, name: str, norm: nn.BatchNorm2d | None) -> dict[str, Tensor]:
        """What the convolution called `name` and the norm behind it have to hold, as a network names it."""
        shift = self.mean + self.spread * self.bias
        if norm is None:
            return {f"{name}.weight": self.kernel() * self.spread[:, None, None, None], f"{name}.bias": shift}
        behind = f"{name.removesuffix('conv')}bn"
        return {
            f"{name}.weight": self.kernel(),
            f"{behind}.weight": self.spread * (1 + norm.eps) ** 0.5,
            f"{behind}.bias": shift,
            f"{behind}.running_mean": torch.zeros_like(shift),
            f"{behind}.running_var": torch.ones_like(shift),
        }
