"""What a network costs to use: parameters, multiply-accumulates and milliseconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from models.acsa.checkpoint import Checkpoint
from models.acsa.image import ImageEmbedding
from models.acsa.network import Acsa, local_scores
from models.acsa.text import TextEmbedding
from models.acsa.tokens import Reader
from models.evaluation.validation import embed_images, embed_texts

CANDIDATES = 200  # looked at closely per query
REPEATS = 15


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work."""

    macs: float  # multiply-accumulates of products, convolutions and attention
    milliseconds: float  # median, one at a time


@dataclass(frozen=True, slots=True)
class Cost:
    """A network on one device."""

    device: str
    threads: int
    parameters: int
    image: Step  # one picture
    query: Step  # one description, phrases included
    close_look: Step  # cross-attention of one description with CANDIDATES pictures


def measure_cost(checkpoint: Checkpoint, text: str, device: torch.device) -> Cost:
    """Run the network on one picture of noise and one description."""
    network = checkpoint.network.to(device).eval()
    shape = network.architecture.image
    picture = np.random.default_rng(0).integers(0, 256, (1, shape.height, shape.width, 3), dtype=np.uint8)
    reader = Reader(checkpoint.tokenizer, network.architecture.text)
    image = embed_images(network, picture)
    many = ImageEmbedding(*(one.expand(CANDIDATES, *one.shape[1:]).to(device) for one in image))
    query = TextEmbedding(*(one.to(device) for one in embed_texts(network, [reader.read(text)])))
    return Cost(
        device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        threads=torch.get_num_threads(),
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        image=_step(network, lambda: embed_images(network, picture)),
        query=_step(network, lambda: embed_texts(network, [reader.read(text)])),
        close_look=_step(network, lambda: local_scores(network, many, query)),
    )


def _step(network: Acsa, work: Callable[[], object]) -> Step:
    with FlopCounterMode(display=False) as counter:
        work()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()  # ends on the CPU, so the device has finished
        times.append(time.perf_counter() - began)
    return Step(counter.get_total_flops() / 2, 1000 * median(times))
