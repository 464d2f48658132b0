"""The benchmark of a training step, on a preset small enough for a test."""

from pathlib import Path

from bench.step import Task, measure
from tests.tiny_training import preset_file


def test_a_step_is_measured_and_a_run_extrapolated(tmp_path: Path) -> None:
    preset = preset_file(tmp_path, "paper", epochs=2)
    found = measure(Task(preset, batch=2, steps=2, device="cpu", threads=1))
    assert found.parameters > 11_003 * 32  # the classifier over identities is counted
    assert found.run == 2 * 34_054 * found.seconds / 2
    assert found.memory > 0
