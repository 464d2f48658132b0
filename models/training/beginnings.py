"""Where a network's weights begin: at random, from the hub, or from files."""

import logging
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from models.acsa.architecture import Architecture
from models.acsa.backbone import load_trunk
from models.acsa.network import Acsa
from models.acsa.tokens import learn_tokenizer, load_tokenizer

log = logging.getLogger(__name__)


def begin(
    architecture: Architecture, trunk_from: str, text_from: str, captions: list[str]
) -> tuple[Acsa, Tokenizer]:
    """A network and its tokenizer.

    Args:
        trunk_from: "random", "hub" (timm's weights) or a file with the trunk's state dict.
        text_from: "random", a folder with config.json, model.safetensors and tokenizer.json, or a name on
        the hub. captions: what word pieces are learnt from where the text tower begins at random.

    Raises OSError where weights cannot be had and ValueError where they do not fit.
    """
    network = Acsa(architecture, pretrained=trunk_from == "hub")
    if trunk_from not in ("random", "hub"):
        load_trunk(network.image.trunk, read_tensors(Path(trunk_from)))
        log.info("image trunk: weights of %s", trunk_from)
    if text_from == "random":
        tokenizer = learn_tokenizer(captions, int(architecture.text.shape["vocab_size"]))
        log.info("text tower: begins at random, %d word pieces learnt", tokenizer.get_vocab_size())
        return network, tokenizer
    tokenizer = load_text(network, text_from)
    log.info("text tower: weights of %s", text_from)
    return network, tokenizer


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors file, or of a .pt file that holds a plain state dict."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: give a file with weights, or random")
    if path.suffix == ".safetensors":
        return load_file(path)
    return cast(dict[str, Tensor], torch.load(path, map_location="cpu", weights_only=True))


def load_text(network: Acsa, source: str) -> Tokenizer:
    """Put pretrained weights into the text tower, the lowest layers of a deeper one; returns their
    tokenizer.
    """
    folder = Path(source)
    try:
        given = AutoModel.from_pretrained(source)
        hub = None if folder.is_dir() else Tokenizer.from_pretrained(source)
    except Exception as error:  # the hub's clients raise many kinds, one per way of having no network
        raise OSError(
            f"the text weights {source} cannot be had ({type(error).__name__}): where there is a network run "
            f"`huggingface-cli download {source} --local-dir FOLDER`, then give --text-from FOLDER, "
            "or --text-from random"
        ) from error
    tokenizer = hub or load_tokenizer(folder / "tokenizer.json")
    copy_lowest(cast(nn.Module, given), network.text.tower, source)
    if tokenizer.get_vocab_size() > network.architecture.text.shape["vocab_size"]:
        raise ValueError(
            f"the tokenizer of {source} knows more word pieces than the text tower: change vocab_size"
        )
    return tokenizer


def copy_lowest(given: nn.Module, tower: nn.Module, source: str) -> None:
    """Copy every tensor of `tower` from the one of the same name in `given`. ValueError where one does not
    fit.
    """
    state = {name.removeprefix("text_model."): one for name, one in given.state_dict().items()}
    own = tower.state_dict()
    found = {name: state.get(name.removeprefix("text_model.")) for name in own}
    for name, one in found.items():
        if one is None or one.shape != own[name].shape:
            have = "missing" if one is None else str(tuple(one.shape))
            raise ValueError(
                f"the text weights of {source} do not fit the preset: {name} is {have}, not "
                f"{tuple(own[name].shape)}; "
                "give the preset's text.shape the values of their config.json"
            )
    tower.load_state_dict({name: one for name, one in found.items() if one is not None})
