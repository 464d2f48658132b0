"""From the distilled student to the shipped person detector: pseudo-labels, fine-tuning, choosing.

    python -m models.train_detector label --teacher yolo11n.pt --pictures DIR DIR --out runs/labels
    python -m models.train_detector fit --data runs/labels/data.yaml --from runs/distil --out runs/fit
    python -m models.train_detector ship --data runs/labels/data.yaml --candidates runs/distil runs/fit

`label` writes a data set in YOLO's format; rendered scenes in the same format may be added to its
data.yaml. `fit` trains through ultralytics' own trainer. `ship` measures the candidates on the pictures held
out, takes the best, chooses its threshold, and writes models/weights/person-detector.{safetensors,json}.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from models.detection.card import sha256
from models.detection.detector import SHIPPED, PersonDetector, load_detector
from models.detection.network import (
    ARCHITECTURE,
    PersonNetwork,
    half_state,
    layers,
    only_person,
    person_network,
    read_state,
)
from models.detection.score import Marked, Truth, average_precision, best_threshold, mark
from models.detection.views import read_picture, split_pictures
from models.detection.yolo import YAML, DetectionTrainer
from models.runtimes.reference import through_torch
from models.types import Detections, Floats

yaml: Any = YAML  # the library carries no types
log = logging.getLogger(__name__)

SIZE = 640  # long side in pixels
SURE = 0.4  # score from which the teacher's box counts as a person
LEAST = 0.02  # score down to which candidates are collected for measuring
STUDENT, FITTED = "student.safetensors", "detector.safetensors"
RECIPE = (
    "python -m models.distil --teacher yolo11n.pt --pictures PICTURES PEOPLE --out runs/distil; "
    "python -m models.train_detector label, fit and ship"
)


def label(teacher: str, folders: Sequence[Path], out: Path) -> Path:
    """Write the teacher's people in every picture as YOLO labels; returns data.yaml."""
    detector = load_detector(teacher, size=SIZE, threshold=SURE)
    for part, pictures in zip(("train", "val"), split_pictures(folders), strict=True):
        (out / "images" / part).mkdir(parents=True, exist_ok=True)
        (out / "labels" / part).mkdir(parents=True, exist_ok=True)
        people = 0
        for path in pictures:
            image = read_picture(path)
            boxes = detector.detect([image])[0].boxes
            name = f"{path.parent.name}-{path.name}"
            link = out / "images" / part / name
            link.unlink(missing_ok=True)
            link.symlink_to(path.resolve())
            (out / "labels" / part / name).with_suffix(".txt").write_text(_lines(boxes, image.shape[:2]))
            people += len(boxes)
        log.info("%s: %d people in %d pictures", part, people, len(pictures))
    data = out / "data.yaml"
    yaml.save(
        data,
        {"path": str(out.resolve()), "train": "images/train", "val": "images/val", "names": {0: "person"}},
    )
    return data


def _lines(boxes: Floats, shape: tuple[int, ...]) -> str:
    """Boxes as lines of YOLO's format: class, centre x, centre y, width, height as shares of the picture."""
    size = np.array([shape[1], shape[0]], np.float32)
    rows = np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2 / size, (boxes[:, 2:] - boxes[:, :2]) / size])
    return "".join(f"0 {x:.6f} {y:.6f} {w:.6f} {h:.6f}\n" for x, y, w, h in rows)


def read_labels(path: Path, shape: tuple[int, ...]) -> Floats:
    """The boxes (n, 4) x1 y1 x2 y2 in pixels of a file in YOLO's format."""
    rows = np.array([line.split()[1:5] for line in path.read_text().splitlines()], np.float32).reshape(-1, 4)
    size = np.array([shape[1], shape[0]], np.float32)
    centre, half = rows[:, :2] * size, rows[:, 2:] * size / 2
    return np.hstack([centre - half, centre + half]).astype(np.float32)


def fit(data: Path, start: Path, epochs: int, out: Path) -> Path:
    """Fine-tune through ultralytics' trainer from a distilled student; returns the weights."""
    network: Any = person_network()
    network.model.load_state_dict(only_person(read_state(start / STUDENT)))
    trainer: Any = DetectionTrainer(
        overrides={
            "model": ARCHITECTURE,
            "data": str(data),
            "epochs": epochs,
            "imgsz": SIZE,
            "batch": 8,
            "device": "cpu",
            "workers": 0,
            "project": str(out.parent.resolve()),
            "name": out.name,
            "exist_ok": True,
            "amp": False,  # its self-test downloads a network
            "plots": False,
            "optimizer": "AdamW",
            "lr0": 1e-4,  # the student is nearly there: forgetting costs more than learning gains
            "lrf": 0.05,
            "warmup_epochs": 0.5,
            "warmup_bias_lr": 0.0,
            "scale": 0.6,
            "close_mosaic": 1,
            "seed": 0,
        }
    )
    trainer.model = network  # the trainer takes a ready network as it is
    trainer.add_callback("on_train_batch_start", hold_norms)
    trainer.train()
    weights = out / FITTED
    save_file(half_state(layers(trainer.ema.ema)), weights)
    return weights


def hold_norms(trainer: Any) -> None:
    """Keep the distilled statistics: those of eight pictures are far from them."""
    for module in trainer.model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def measure(detector: PersonDetector, data: Path) -> Marked:
    """Detections on the pictures held out, marked against their labels."""
    settings = yaml.load(data)
    root = Path(settings["path"])
    pictures = sorted((root / settings["val"]).iterdir())
    truths: list[Truth] = []
    found: list[Detections] = []
    for path in pictures:
        image = read_picture(path)
        boxes = read_labels(root / "labels" / "val" / f"{path.stem}.txt", image.shape)
        truths.append(Truth(boxes, np.zeros((0, 4), np.float32)))
        found += detector.detect([image])
    return mark(truths, found)


def ship(data: Path, candidates: Sequence[Path], taught_by: str) -> None:
    """Measure the candidates, and write the best with its card."""
    results = []
    for folder in candidates:
        fitted = folder / FITTED
        state = read_state(fitted) if fitted.is_file() else only_person(read_state(folder / STUDENT))
        marked = measure(
            PersonDetector(through_torch(PersonNetwork(state)), folder.name, size=SIZE, threshold=LEAST), data
        )
        results.append((average_precision(marked), marked, folder.name, state))
        log.info("%s: average precision %.4f on the pictures held out", folder.name, results[-1][0])
    precision, marked, name, state = max(results, key=lambda each: each[0])
    threshold = round(best_threshold(marked), 2)
    taken = marked.scores >= threshold
    network: Any = person_network()
    network.model.load_state_dict(state)
    save_file(half_state(layers(network)), SHIPPED)
    card = {
        "name": SHIPPED.stem,
        "architecture": ARCHITECTURE,
        "nc": 1,
        "head_width_of_classes": 80,
        "size": SIZE,
        "threshold": threshold,
        "sha256": sha256(SHIPPED),
        "chosen": name,
        "held_out": {
            "truth": f"the teacher's boxes from score {SURE} on",
            "people": marked.people,
            "average_precision": round(precision, 4),
            "recall": round(float(marked.right[taken].sum() / marked.people), 4),
            "precision": round(float(marked.right[taken].mean()), 4),
        },
        "taught_by": taught_by,
        "data": "673 photographs of Open Images and 131 crops of people from it, CC BY, every tenth held out",
        "recipe": RECIPE,
        "licence": "AGPL-3.0-or-later",
        "weak_by_design": [  # expected from the data; not measured
            "people under about 40 pixels in the 640-pixel input",
            "people of whom less than half is to be seen",
            "views from straight above and fisheye lenses, which the photographs do not have",
        ],
    }
    SHIPPED.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def main() -> None:
    """The command line; the docstring of this module shows it."""
    parser = argparse.ArgumentParser(description="Make the person detector.")
    parser.add_argument("--threads", type=int, default=1)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("label", help="write a teacher's people as a data set in YOLO's format")
    command.add_argument("--teacher", required=True)
    command.add_argument("--pictures", required=True, nargs="+", type=Path)
    command.add_argument("--out", required=True, type=Path)
    command = commands.add_parser("fit", help="fine-tune a distilled student")
    command.add_argument("--data", required=True, type=Path)
    command.add_argument("--from", dest="start", required=True, type=Path)
    command.add_argument("--epochs", type=int, default=5)
    command.add_argument("--out", type=Path, default=Path("runs/fit"))
    command = commands.add_parser("ship", help="write the best of several candidates as the shipped detector")
    command.add_argument("--data", required=True, type=Path)
    command.add_argument("--candidates", required=True, nargs="+", type=Path)
    command.add_argument("--taught-by", default="YOLO11n of Ultralytics (AGPL-3.0), which learnt from COCO")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(args.threads)
    if args.command == "label":
        label(args.teacher, args.pictures, args.out)
    elif args.command == "fit":
        fit(args.data, args.start, args.epochs, args.out)
    else:
        ship(args.data, args.candidates, args.taught_by)


if __name__ == "__main__":
    main()
