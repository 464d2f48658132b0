"""Training in several processes, on one machine and its CPU."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

from models.acsa.batch import batch_texts
from models.acsa.network import Acsa, to_pixels
from models.train import main
from models.training.batches import ALONE
from models.training.recipe import read_preset
from models.training.run import Run, prepare
from tests.tiny_training import make_people, preset_file

ROOT = Path(__file__).parent.parent


def test_two_processes_train_as_one_does_with_twice_the_batch(tmp_path: Path) -> None:
    people, preset = make_people(tmp_path), preset_file(tmp_path, batch=8, evaluations=1)
    line = ["--preset", preset, "--data", str(people), "--steps", "3", "--device", "cpu"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    meet = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "models.train", *line, "--out", str(tmp_path / "two")]
    both = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **meet, "RANK": rank, "LOCAL_RANK": rank})
        for rank in ("0", "1")
    ]
    assert main([*line, "--out", str(tmp_path / "one"), "--accumulate", "2"]) == 0
    assert [process.wait() for process in both] == [0, 0]
    one, two = (trained(tmp_path / name, Path(preset), people) for name in ("one", "two"))
    for alone, together in zip(one, two, strict=True):
        torch.testing.assert_close(alone, together, atol=1e-4, rtol=0)


@torch.no_grad()
def trained(out: Path, preset: Path, people: Path) -> tuple[torch.Tensor, ...]:
    """What the network of a run makes of its own pictures and captions, with the statistics of that batch.

    Some weights, such as the bias of a key, change nothing and drift by rounding: what they make counts.
    """
    run = Run(read_preset(str(preset)), people, out, out / "cache", steps=1)
    ready = prepare(run, ALONE)
    state = torch.load(out / "last.pt", weights_only=True)["objective"]
    network: Acsa = ready.network
    network.load_state_dict({k.removeprefix("network."): v for k, v in state.items() if k[:8] == "network."})
    network.train()
    image = network.embed_images(to_pixels(torch.from_numpy(ready.training.images[:16].copy())))
    text = network.text(batch_texts(ready.training.texts[:16]))
    return image.vector, image.parts, text.vector, text.phrases
