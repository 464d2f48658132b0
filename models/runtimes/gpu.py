"""NVIDIA GPUs: torch, compiled, in bfloat16 where autocast allows it."""

import logging
from typing import Any

import numpy as np
import torch

from models.runtimes.portable import Array, Portable, Run

log = logging.getLogger(__name__)


def there() -> bool:
    """Whether torch can use a GPU."""
    return torch.cuda.is_available()


def opened(network: Portable, fallback: Run) -> Run:
    """The network on the GPU; `fallback`, the same on the CPU, for what does not fit there."""
    try:
        return Halving(network.name, on_gpu(network), fallback)
    except torch.cuda.OutOfMemoryError:
        log.warning("%s does not fit the GPU's memory; it runs on the CPU", network.name)
        return fallback


def on_gpu(network: Portable) -> Run:
    """The network on the first GPU."""
    module: Any = torch.compile(network.build().eval().cuda(), dynamic=True)

    def run(*inputs: Array) -> tuple[Array, ...]:
        with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16):
            found = module(*(torch.from_numpy(one).cuda(non_blocking=True) for one in inputs))
        return tuple(one.float().cpu().numpy() for one in found)

    return run


class Halving:
    """Batches that do not fit the GPU's memory are halved; what does not fit alone runs on the CPU."""

    def __init__(self, name: str, run: Run, fallback: Run) -> None:
        """`run` raises torch's OutOfMemoryError; `fallback` is the same network on the CPU."""
        self._name, self._run, self._fallback = name, run, fallback
        self._most = 1 << 30  # examples that fit at once, as far as is known

    def __call__(self, *inputs: Array) -> tuple[Array, ...]:
        pieces: list[tuple[Array, ...]] = []
        at = 0
        while at < len(inputs[0]):
            some = tuple(one[at : at + self._most] for one in inputs)
            tried = len(some[0])
            try:
                pieces.append(self._run(*some))
            except torch.cuda.OutOfMemoryError:
                if tried > 1:
                    self._most = tried // 2
                    log.warning("%s: %d do not fit the GPU's memory; now %d", self._name, tried, self._most)
                    continue
                log.warning("%s does not fit the GPU's memory; this one runs on the CPU", self._name)
                pieces.append(self._fallback(*some))
            at += tried
        return tuple(np.concatenate(kind) for kind in zip(*pieces, strict=True))
