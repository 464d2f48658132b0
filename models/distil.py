"""Teach an untrained YOLO11n to reproduce a teacher of the same shape: each convolution, then the whole.

    python -m models.distil --teacher yolo11n.pt --pictures DIR DIR --out runs/distil --resume

First every convolution of the student is fed what the teacher's own convolution sees and learns to answer the
same, all of them at once: each is a linear regression with thousands of samples a picture, so it converges in
minutes. Then the student is fed by itself and the same errors are lowered through the whole network, which
removes what the first stage left. FitNets (Romero et al., 2015) is the idea; teaching every layer with the
teacher's own inputs is what the equal shapes allow.

Leaves in --out: student.safetensors (half precision, with batch norm), trunk.safetensors (its layers 0-10),
progress.jsonl (errors on pictures held out) and checkpoint.pt (to resume from).
"""

import argparse
import json
import logging
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.func import functional_call

from models.detection.layers import DEAD, Answers, Place, convolutions, difference, norms, settle_norms
from models.detection.letterbox import letterbox
from models.detection.network import ARCHITECTURE, half_state, layers, untrained
from models.detection.regression import Regression
from models.detection.views import Views, read_picture, split_pictures
from models.detection.yolo import YOLO
from models.training.precision import mixed

log = logging.getLogger(__name__)

TRUNK = 11  # layers 0-10, up to the attention block: the image trunk
STAGES = (2, 4, 6, 10, 16, 19, 22)  # layers whose outputs are measured
ALONE, WHOLE = 16, 40  # positions per side that a convolution learns from in one step of each stage
CPU = torch.device("cpu")
WARM_UP = 100  # steps


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the student is taught."""

    alone_steps: int = 900
    whole_steps: int = 2000
    alone_batch: int = 12  # views of the smallest size
    whole_batch: int = 4
    sizes: tuple[int, ...] = (320, 640)  # pixels per side of a view; the larger, the fewer in a step
    alone_rate: float = 0.2  # both of the size that a convolution's weights will have
    whole_rate: float = 0.001
    seed: int = 0

    @property
    def steps(self) -> int:
        return self.alone_steps + self.whole_steps

    def rate(self, step: int) -> float:
        """The learning rate: each stage rises from nothing and sinks as a squared cosine.

        The convolutions can be learnt exactly, so their error sinks as far as the rate does.
        """
        top, done, length = self.alone_rate, step, self.alone_steps
        if step >= self.alone_steps:
            top, done, length = self.whole_rate, step - self.alone_steps, self.whole_steps
        return top * min(1.0, (done + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * done / length)) ** 2


def load_teacher(path: str) -> nn.Module:
    """The teacher in float32, frozen."""
    if not Path(path).is_file():
        raise ValueError(f"there is no teacher at {path}; name a YOLO11n weights file such as yolo11n.pt")
    load: Any = YOLO
    return cast(nn.Module, load(path).model.float().eval().requires_grad_(False))


class Lesson:
    """A student, its teacher, and what training has to remember between steps."""

    def __init__(self, teacher: nn.Module, views: Views, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.views, self.teacher = recipe, views, teacher
        self.student = untrained().eval().to(memory_format=torch.channels_last)
        self.teacher.to(memory_format=torch.channels_last)
        self.norms = norms(self.student)
        self.alone = {name: Regression(conv) for name, conv in convolutions(self.student).items()}
        self.channels = sum(len(each.bias) for each in self.alone.values())
        self.taught, self.own = Answers(teacher, inputs=True), Answers(self.student)
        self.random = np.random.default_rng(recipe.seed)
        self.step = 0
        groups = [{"params": list(each.parameters()), "reach": each.reach} for each in self.alone.values()]
        self.optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))

    def begin(self, batches: int = 12) -> None:
        """Measure what the teacher's convolutions see and answer."""
        for _ in range(batches):
            self._ask_teacher(self.recipe.alone_batch, ALONE)
            for name, each in self.alone.items():
                each.observe(self.taught.given[name], self.taught.answer[name])
        for each in self.alone.values():
            each.ready(DEAD)

    def _ask_teacher(self, count: int, side: int) -> Tensor:
        # Pooling sees nearly the whole of a small picture: what it does in a large one shows only there.
        size = int(self.random.choice(self.recipe.sizes))
        views = max(1, count * self.recipe.sizes[0] ** 2 // size**2)
        batch = self.views.batch(self.random, views, size).contiguous(memory_format=torch.channels_last)
        self.taught.place = self.own.place = Place(self.random.random(), self.random.random(), side)
        with torch.no_grad(), mixed(CPU):
            self.teacher(batch)
        return batch

    def advance(self) -> float:
        """One step; returns the mean squared error of a channel, in units of the teacher's spread."""
        stage = self._errors_alone if self.step < self.recipe.alone_steps else self._errors_whole
        errors = stage()
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(errors).sum().backward()  # type: ignore[no-untyped-call]
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.step) * group["reach"]
            nn.utils.clip_grad_norm_(group["params"], 10.0)
        self.optimizer.step()
        self.step += 1
        return sum(error.item() for error in errors) / self.channels

    def _errors_alone(self) -> list[Tensor]:
        """Every convolution fed by the teacher."""
        self._ask_teacher(self.recipe.alone_batch, ALONE)
        with mixed(CPU):
            return [
                each(self.taught.given[name], self.taught.answer[name]) for name, each in self.alone.items()
            ]

    def _errors_whole(self) -> list[Tensor]:
        """The student fed by itself."""
        batch = self._ask_teacher(self.recipe.whole_batch, WHOLE)
        with mixed(CPU):
            functional_call(self.student, self.weights(), batch)
        return [
            difference(self.own.answer[name], self.taught.answer[name], each.spread)
            for name, each in self.alone.items()
        ]

    def weights(self) -> dict[str, Tensor]:
        """The student's parameters, by name."""
        parts = [each.tensors(name, self.norms.get(name)) for name, each in self.alone.items()]
        return {name: tensor for part in parts for name, tensor in part.items()}

    @torch.no_grad()
    def graduate(self) -> nn.Module:
        """A student of its own with what was learnt so far, and true statistics in its batch norms."""
        student = untrained()
        student.load_state_dict(student.state_dict() | self.weights())
        random = np.random.default_rng(self.recipe.seed)
        settle_norms(student, (self.views.batch(random, 4, self.recipe.sizes[-1]) for _ in range(4)))
        return student.eval()

    def save(self, path: Path) -> None:
        """Everything that the next step depends on."""
        state = {
            "recipe": asdict(self.recipe),
            "step": self.step,
            "alone": {name: each.state_dict() for name, each in self.alone.items()},
            "optimizer": self.optimizer.state_dict(),
            "random": self.random.bit_generator.state,
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Go on exactly where `save` was called."""
        state = torch.load(path, weights_only=True)
        if state["recipe"] != asdict(self.recipe):
            raise ValueError(f"{path} was made with another recipe, {state['recipe']}; use another --out")
        self.step = state["step"]
        for name, each in self.alone.items():
            each.load_state_dict(state["alone"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.random.bit_generator.state = state["random"]


@torch.inference_mode()
def stage_errors(student: nn.Module, teacher: nn.Module, pictures: list[Path]) -> dict[int, float]:
    """How far the student's feature maps are from the teacher's on whole pictures, per stage.

    Root of the summed squared difference over the summed squared distance of the teacher's map from its
    channel means: 0 is equal, 1 is no better than answering the mean.
    """
    outputs: dict[tuple[str, int], Tensor] = {}
    hooks = []
    for who, model in (("student", student), ("teacher", teacher)):
        for stage in STAGES:

            def keep(_: nn.Module, __: object, answer: Tensor, key: tuple[str, int] = (who, stage)) -> None:
                outputs[key] = answer

            hooks.append(layers(model)[stage].register_forward_hook(keep))
    wrong, spread = dict.fromkeys(STAGES, 0.0), dict.fromkeys(STAGES, 0.0)
    for path in pictures:
        image = letterbox(read_picture(path), 640).pixels
        batch = torch.from_numpy(image).permute(2, 0, 1)[None].float().div(255)
        student(batch)
        teacher(batch)
        for stage in STAGES:
            truth = outputs["teacher", stage]
            wrong[stage] += (outputs["student", stage] - truth).square().sum().item()
            spread[stage] += (truth - truth.mean((0, 2, 3), keepdim=True)).square().sum().item()
    for hook in hooks:
        hook.remove()
    return {stage: math.sqrt(wrong[stage] / spread[stage]) for stage in STAGES}


def write_student(student: nn.Module, step: int, out: Path) -> None:
    """The student and its trunk in half precision."""
    for name, part in (("student", layers(student)), ("trunk", layers(student)[:TRUNK])):
        partial = out / f"{name}.partial"
        save_file(half_state(part), partial, {"step": str(step), "architecture": ARCHITECTURE})
        os.replace(partial, out / f"{name}.safetensors")


def distil(lesson: Lesson, measure: list[Path], out: Path, *, every: int) -> None:
    """Train to the end of the recipe; measure, write and save every `every` steps."""
    started, losses = time.monotonic(), []
    while lesson.step < lesson.recipe.steps:
        losses.append(lesson.advance())
        if lesson.step % every and lesson.step != lesson.recipe.steps:
            continue
        lesson.save(out / "checkpoint.pt")
        student = lesson.graduate()
        write_student(student, lesson.step, out)
        errors = stage_errors(student, lesson.teacher, measure)
        line = {
            "step": lesson.step,
            "seconds": round(time.monotonic() - started),
            "loss": round(float(np.mean(losses)), 5),
            "stages": {str(stage): round(error, 4) for stage, error in errors.items()},
        }
        with (out / "progress.jsonl").open("a") as progress:
            progress.write(json.dumps(line) + "\n")
        log.info(
            "step %d of %d: loss %.4f, stages %s",
            lesson.step,
            lesson.recipe.steps,
            line["loss"],
            line["stages"],
        )
        losses = []


def main() -> None:
    """The command line; the docstring of this module shows it."""
    parser = argparse.ArgumentParser(description="Teach an untrained YOLO11n to reproduce a teacher.")
    parser.add_argument("--teacher", required=True, help="weights of a YOLO11n")
    parser.add_argument("--pictures", required=True, nargs="+", type=Path, help="folders of photographs")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--resume", action="store_true", help="go on from checkpoint.pt in --out if it is there"
    )
    parser.add_argument("--alone-steps", type=int, default=Recipe().alone_steps)
    parser.add_argument("--whole-steps", type=int, default=Recipe().whole_steps)
    parser.add_argument("--every", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    learn, measure = split_pictures(args.pictures)
    recipe = Recipe(alone_steps=args.alone_steps, whole_steps=args.whole_steps)
    lesson = Lesson(load_teacher(args.teacher), Views(learn), recipe)
    args.out.mkdir(parents=True, exist_ok=True)
    checkpoint = args.out / "checkpoint.pt"
    if args.resume and checkpoint.is_file():
        lesson.load(checkpoint)
    else:
        lesson.begin()
    # The first folder's pictures stand for the task; a few dozen tell the error to the second digit.
    distil(lesson, measure[:24], args.out, every=args.every)


if __name__ == "__main__":
    main()
