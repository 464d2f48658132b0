"""The reference: torch in float32, as the networks were trained."""

import torch
from torch import nn

from models.runtimes.portable import Array, Portable, Run


def reference(network: Portable, threads: int = 1) -> Run:
    """The network through torch on the CPU."""
    torch.set_num_threads(threads)
    return through_torch(network.build())


def through_torch(module: nn.Module) -> Run:
    """A module that takes tensors and gives a tuple of them, with arrays in their place."""
    module = module.eval()

    def run(*inputs: Array) -> tuple[Array, ...]:
        with torch.inference_mode():
            return tuple(one.numpy() for one in module(*map(torch.from_numpy, inputs)))

    return run
