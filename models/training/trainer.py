"""One optimiser step at a time: what a step does, and its state on disk."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from models.acsa.network import Acsa, to_pixels
from models.training.batches import Batch, Share, TrainingSet
from models.training.objective import Objective
from models.training.precision import mixed
from models.training.recipe import Recipe
from models.training.sampler import IdentitySampler
from models.training.schedule import rate_at

NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)


class Trainer:
    """Trains an objective by a recipe; every step depends on its number and the weights alone.

    Args:
        steps: of the whole run, which the schedule needs.
        share: this process among those that train together.
        wreck: where a batch that makes the loss NaN is kept.
    """

    def __init__(
        self,
        objective: Objective,
        recipe: Recipe,
        steps: int,
        *,
        device: torch.device,
        share: Share,
        wreck: Path,
    ) -> None:
        freeze(objective, recipe)
        self.objective, self.recipe, self.steps = objective.to(device), recipe, steps
        self.device, self.share, self.wreck = device, share, wreck
        self.optimizer = torch.optim.AdamW(parameter_groups(objective, recipe), fused=True)
        self.average: AveragedModel | None = None
        if recipe.average:  # of the buffers too: batch statistics belong to the weights that made them
            how = get_ema_multi_avg_fn(recipe.average)  # type: ignore[no-untyped-call]
            self.average = AveragedModel(objective.network, multi_avg_fn=how, use_buffers=True)
        self.forward: nn.Module = objective
        if share.total > 1:
            losses = recipe.losses
            idle = not (losses.local or losses.local_nce or losses.phrase)  # nothing asks for cross-attention
            self.forward = DistributedDataParallel(objective, find_unused_parameters=idle)

    def step(self, number: int, data: TrainingSet, sampler: IdentitySampler) -> dict[str, float]:
        """Take step `number`; returns the terms of its loss and their sum "loss".

        Raises FloatingPointError for a loss that is not finite and MemoryError for a batch that does not fit.
        """
        share = rate_at(
            number,
            self.steps,
            warm_up=self.recipe.warm_up,
            decay_at=self.recipe.decay_at if self.recipe.decay == "steps" else None,
        )
        for group in self.optimizer.param_groups:
            group["lr"] = share * group["peak"]
        self._training_mode()
        self.optimizer.zero_grad(set_to_none=True)
        sums: dict[str, float] = {}
        for part in range(self.recipe.accumulate):
            place = Share(
                self.share.number * self.recipe.accumulate + part, self.share.total * self.recipe.accumulate
            )
            torch.manual_seed(dropout_seed(self.recipe.seed, number, place))
            batch = data.batch(number, sampler, self.recipe.augment, place, contrary=self.recipe.contrary)
            try:
                terms = self._terms(batch)
                loss = torch.stack(list(terms.values())).sum() / self.recipe.accumulate
                if not bool(loss.isfinite()):
                    self._stop(number, batch, terms)
                torch.autograd.backward(loss)
            except RuntimeError as error:
                if not _is_memory(error):
                    raise
                raise MemoryError(_memory_advice(self.recipe)) from error
            for name, term in {**terms, "loss": loss * self.recipe.accumulate}.items():
                sums[name] = sums.get(name, 0.0) + float(term.detach()) / self.recipe.accumulate
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.objective.parameters(), self.recipe.clip)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.objective.network)
        return sums

    @property
    def network(self) -> Acsa:
        """What the run is for: the moving average where the recipe keeps one (Polyak & Juditsky, 1992)."""
        return self.objective.network if self.average is None else cast(Acsa, self.average.module)

    def _terms(self, batch: Batch) -> dict[str, Tensor]:
        pixels = to_pixels(batch.images.to(self.device))
        with mixed(self.device):
            given = [one.to(self.device) for one in (batch.texts, batch.truth, batch.contrary)]
            terms = self.forward(pixels, *given)
        return cast(dict[str, Tensor], terms)

    def _training_mode(self) -> None:
        self.objective.train()
        kept = ("",) if self.recipe.frozen_trunk_norms else self.recipe.frozen_trunk
        for name, module in self.objective.network.image.trunk.net.named_modules():
            if isinstance(module, NORMS) and name.startswith(kept):
                module.eval()
        text = self.objective.network.text  # no dropout in what is frozen: it should stay what it was
        if self.recipe.frozen_text_embeddings:
            text.embeddings().eval()
        text.layers()[: self.recipe.frozen_text_layers].eval()

    def _stop(self, number: int, batch: Batch, terms: dict[str, Tensor]) -> None:
        values = ", ".join(f"{name} {float(term.detach()):g}" for name, term in terms.items())
        torch.save(
            {"step": number, "images": batch.images, "rows": batch.rows, "captions": batch.captions},
            self.wreck,
        )
        raise FloatingPointError(
            f"the loss of step {number} is not finite ({values}): its batch is kept in {self.wreck}; "
            "lower the rates, for example --set recipe.rate_heads=3e-4, and --resume"
        )

    def save(self, path: Path, step: int, best: float) -> None:
        """Everything that going on after `step` steps needs."""
        state = {
            "step": step,
            "steps": self.steps,
            "best": best,
            "objective": self.objective.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": None if self.average is None else self.average.state_dict(),
        }
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        os.replace(unfinished, path)

    def load(self, path: Path) -> tuple[int, float]:
        """Go on from a saved state; returns its step and the best validation figure until then."""
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        if state["steps"] != self.steps:
            raise ValueError(
                f"{path} is of a run of {state['steps']} steps, not {self.steps}: resume with the same "
                "settings, "
                "or begin a new run with --from"
            )
        self.objective.load_state_dict(state["objective"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        return int(state["step"]), float(state["best"])


def dropout_seed(seed: int, step: int, share: Share) -> int:
    """Of the network's own random numbers in one step of one process."""
    return int(np.random.SeedSequence((seed, step, share.number)).generate_state(1)[0])


def freeze(objective: Objective, recipe: Recipe) -> None:
    """Take what the recipe freezes out of training."""
    trunk, text = objective.network.image.trunk.net, objective.network.text
    frozen = [one for name, one in trunk.named_parameters() if name.startswith(recipe.frozen_trunk)]
    if recipe.frozen_trunk and not frozen:
        raise ValueError(
            f"nothing in the trunk begins with {' or '.join(recipe.frozen_trunk)}: change frozen_trunk"
        )
    for one in frozen:
        one.requires_grad_(False)
    if recipe.frozen_text_embeddings:
        text.embeddings().requires_grad_(False)
    layers = text.layers()
    if recipe.frozen_text_layers > len(layers):
        raise ValueError(
            f"frozen_text_layers is {recipe.frozen_text_layers}, but the text tower has {len(layers)}"
        )
    for layer in layers[: recipe.frozen_text_layers]:
        layer.requires_grad_(False)


def parameter_groups(objective: Objective, recipe: Recipe) -> list[dict[str, Any]]:
    """Trunk, text tower and heads at their own rates; no weight decay on vectors and scalars."""
    rates = {
        "network.image.trunk.": recipe.rate_trunk,
        "network.text.tower.": recipe.rate_text,
        "": recipe.rate_heads,
    }
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in _trained(objective):
        rate = next(rate for prefix, rate in rates.items() if name.startswith(prefix))
        decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": members, "lr": rate, "peak": rate, "weight_decay": decay}
        for (rate, decay), members in groups.items()
        if rate
    ]


def _trained(objective: Objective) -> Iterator[tuple[str, nn.Parameter]]:
    return ((name, one) for name, one in objective.named_parameters() if one.requires_grad)


def _is_memory(error: RuntimeError) -> bool:
    text = str(error).lower()
    return any(sign in text for sign in ("out of memory", "can't allocate memory", "not enough memory"))


def _memory_advice(recipe: Recipe) -> str:
    half = max(recipe.pictures_per_identity, recipe.batch // 2)
    return (
        f"a batch of {recipe.batch} does not fit into memory: try --batch {half} --accumulate "
        f"{recipe.accumulate * 2}, "
        "and --resume to go on from the last state"
    )
