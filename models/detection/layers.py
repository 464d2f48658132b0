"""What each convolution of a detector is given and answers, and how far two networks differ in it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.detection.yolo import Conv

DEAD = 1e-4  # share of the mean variance added to each channel's, so that silent channels are left alone


@dataclass(frozen=True, slots=True)
class Place:
    """Where the window lies from which a step learns."""

    down: float  # share of the room there is, 0..1
    right: float
    side: int  # positions

    def corner(self, height: int, width: int) -> tuple[int, int]:
        """The window's first row and column in a map of this size."""
        room = max(height - self.side, 0), max(width - self.side, 0)
        return round(self.down * room[0]), round(self.right * room[1])

    def cut(self, answer: Tensor) -> Tensor:
        """The window of a map (b, c, h, w), as a copy: the activation that follows works in place."""
        top, left = self.corner(*answer.shape[-2:])
        return answer[..., top : top + self.side, left : left + self.side].clone()

    def cut_given(self, given: Tensor, conv: nn.Conv2d, answer: Tensor) -> Tensor:
        """The part of a convolution's input that makes the window of its answer, padding included."""
        height, width = answer.shape[-2:]
        ends = []
        for corner, length, axis in zip(self.corner(height, width), (height, width), (0, 1), strict=True):
            step, kernel, pad = conv.stride[axis], conv.kernel_size[axis], int(conv.padding[axis])
            count = min(self.side, length)
            ends.append((corner * step - pad, (corner + count - 1) * step - pad + kernel))
        (top, bottom), (left, right) = ends
        rows, columns = given.shape[-2:]
        inside = given[..., max(top, 0) : min(bottom, rows), max(left, 0) : min(right, columns)]
        border = max(-left, 0), max(right - columns, 0), max(-top, 0), max(bottom - rows, 0)
        return F.pad(inside, border)


def convolutions(model: nn.Module) -> dict[str, nn.Conv2d]:
    """Every convolution with weights to learn; the fixed one of the box distribution (dfl) has none."""
    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d) and not name.endswith("dfl.conv")
    }


def norms(model: nn.Module) -> dict[str, nn.BatchNorm2d]:
    """The batch norm behind each convolution, by the convolution's name; the last of the head have none."""
    return {
        f"{name}.conv": module.bn
        for name, module in model.named_modules()
        if isinstance(module, Conv) and hasattr(module, "bn")
    }


class Answers:
    """Collects, during a pass, the window of every convolution's answer (before the activation)."""

    def __init__(self, model: nn.Module, *, inputs: bool = False) -> None:
        self.place = Place(0, 0, 1)
        self.given: dict[str, Tensor] = {}  # filled when `inputs`
        self.answer: dict[str, Tensor] = {}
        self._inputs = inputs
        behind = norms(model)
        for name, conv in convolutions(model).items():
            behind.get(name, conv).register_forward_hook(self._keep(name))

    def _keep(self, name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def keep(module: nn.Module, given: tuple[Tensor, ...], answer: Tensor) -> None:
            self.answer[name] = self.place.cut(answer)
            if self._inputs and isinstance(module, nn.Conv2d):
                self.given[name] = self.place.cut_given(given[0], module, answer)

        return keep


def difference(student: Tensor, teacher: Tensor, spread: Tensor) -> Tensor:
    """Squared error per position, summed over the channels, in units of the teacher's spread (c,)."""
    return ((student.float() - teacher.float()) / spread[:, None, None]).square().sum(1).mean()


@torch.no_grad()
def settle_norms(model: nn.Module, pictures: Iterable[Tensor]) -> None:
    """Give every norm the true statistics of its input without changing what it answers.

    Distilling holds the statistics fixed. Whoever trains on, with batch statistics, needs them true: scale
    and shift are changed by as much as the statistics are.
    """
    behind = norms(model)
    sums = {name: torch.zeros(3, norm.num_features, dtype=torch.float64) for name, norm in behind.items()}

    def add(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def keep(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            rows = given[0].double().transpose(0, 1).flatten(1)
            sums[name] += torch.stack(
                [rows.sum(1), rows.square().sum(1), torch.full_like(rows[:, 0], rows.shape[1])]
            )

        return keep

    hooks = [norm.register_forward_pre_hook(add(name)) for name, norm in behind.items()]
    model.eval()
    for batch in pictures:
        model(batch)
    for hook in hooks:
        hook.remove()
    for name, norm in behind.items():
        total, squares, count = sums[name]
        mean = (total / count).float()
        variance = (squares / count).float() - mean.square()
        assert norm.running_mean is not None
        assert norm.running_var is not None
        old, new = (norm.running_var + norm.eps).sqrt(), (variance + norm.eps).sqrt()
        norm.bias.add_(norm.weight * (mean - norm.running_mean) / old)
        norm.weight.mul_(new / old)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
