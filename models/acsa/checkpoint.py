"""A network on disk: weights as safetensors, beside them JSON that describes them and the tokenizer.

`x.safetensors`, `x.json` and `x.tokenizer.json` belong together. Matrices are kept in half precision, the
table of words, which is most of a small network, in 8 bits with a scale for each word.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from models.acsa.card import Card, digest, verified, write_card, write_whole
from models.acsa.network import Acsa
from models.acsa.tokens import load_tokenizer

WORDS = ".word_embeddings.weight"  # the end of a name: rows that are looked up, and multiplied with nothing
SCALE = ".scale"  # behind the name of what is kept in 8 bits


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A loaded network, ready for use."""

    network: Acsa
    tokenizer: Tokenizer
    card: Card


def save_checkpoint(path: Path, network: Acsa, tokenizer: Tokenizer, card: Card) -> Card:
    """Write the three files; returns the card with the sha of the weights.

    The JSON is written last and each file is replaced whole, so a torn write is noticed on loading.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        name: one.contiguous().cpu()
        for each, full in network.state_dict().items()
        for name, one in _packed(each, full).items()
    }
    overflown = [name for name, one in state.items() if one.is_floating_point() and not one.isfinite().all()]
    if overflown:
        raise ValueError(
            f"{overflown[0]} is not finite in half precision: the training has diverged, lower its rates"
        )
    unfinished = path.with_suffix(".part")
    save_file(state, unfinished)
    sha = digest(unfinished)
    os.replace(unfinished, path)
    write_whole(path.with_suffix(".tokenizer.json"), tokenizer.to_str())
    told = replace(card, sha256=sha)
    write_card(path, told)
    return told


def load_checkpoint(path: Path) -> Checkpoint:
    """Read the three files and check them against each other.

    Raises FileNotFoundError for a missing file and ValueError for damage, another format or another
    architecture.
    """
    card = verified(path)
    try:
        state = _unpacked(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}): copy it again") from error
    network = Acsa(card.architecture)
    own = network.state_dict()
    wrong = sorted(
        name
        for name in own.keys() | state.keys()
        if name not in own or name not in state or own[name].shape != state[name].shape
    )
    if wrong:
        raise ValueError(
            f"{path} does not fit the architecture in its JSON: {len(wrong)} tensors differ, first {wrong[0]}"
        )
    network.load_state_dict({name: one.to(own[name].dtype) for name, one in state.items()})
    return Checkpoint(network.eval(), load_tokenizer(path.with_suffix(".tokenizer.json")), card)


def _packed(name: str, one: Tensor) -> dict[str, Tensor]:
    """A tensor as it is kept; to pack again what was unpacked gives the same."""
    if name.endswith(WORDS):
        scale = (one.abs().amax(1, keepdim=True) / 127).bfloat16()  # few digits: 127 times it is exact
        rows = one / scale.float().clamp(min=torch.finfo(torch.float32).tiny)
        return {name: rows.round().clamp(-127, 127).to(torch.int8), name + SCALE: scale}
    return {name: one.half() if one.is_floating_point() and one.ndim > 1 else one}


def _unpacked(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The inverse, for every tensor of a file."""
    return {
        name: one.float() * state[name + SCALE].float() if name + SCALE in state else one
        for name, one in state.items()
        if not name.endswith(WORDS + SCALE)
    }


def resized(network: Acsa, height: int, width: int) -> Acsa:
    """The same weights for pictures of another size, as FixRes trains on (Touvron et al., NeurIPS 2019).

    Raises ValueError where the weights belong to one size, as those of a vision transformer do.
    """
    before = network.architecture
    image = replace(before.image, height=height, width=width)
    other = Acsa(replace(before, image=image))
    own, state = other.state_dict(), network.state_dict()
    if any(own[name].shape != one.shape for name, one in state.items()):
        raise ValueError(
            f"the weights of {before.image.backbone} are made for pictures of "
            f"{before.image.height} x {before.image.width}, not of {height} x {width}: leave --size out"
        )
    other.load_state_dict(state)
    return other
