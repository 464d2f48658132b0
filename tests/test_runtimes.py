"""Exported networks: the same answers as torch, or one step back with one line in the log."""

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.detection.detector import load_detector
from models.runtimes import choice, export, exported, gpu
from models.runtimes.choice import Runtime
from models.runtimes.portable import Array, Portable
from models.runtimes.reference import reference
from pipeline import build
from pipeline.settings import Settings

ROWS = np.random.default_rng(0).standard_normal((5, 8)).astype(np.float32)


class Tiny(nn.Module):
    """Two outputs, so that their order matters."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 4))

    def forward(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return self.layers(rows), rows.sum(1, keepdim=True)


def far(wanted: tuple[Array, ...], found: tuple[Array, ...]) -> str:
    worst = max(float(np.abs(one - other).max()) for one, other in zip(wanted, found, strict=True))
    return f"it is {worst:.3f} off" if worst > 0.05 else ""


def never() -> nn.Module:
    raise AssertionError("what is in the cache need not be made again")


TINY = Portable("tiny", "0" * 64, Tiny, ((-1, 8),), lambda: [(ROWS,)], far)


def same(run: Callable[..., tuple[Array, ...]]) -> None:
    for size in (5, 2):
        for one, other in zip(run(ROWS[:size]), reference(TINY)(ROWS[:size]), strict=True):
            np.testing.assert_allclose(one, other, atol=0.05)


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_exported_network_answers_like_torch_and_is_made_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    same(Runtime("openvino", tmp_path).open(TINY))
    assert len(warned(caplog)) == 1
    assert "prepared for this processor, once" in caplog.text
    caplog.clear()
    same(Runtime("openvino", tmp_path).open(replace(TINY, build=never)))
    assert warned(caplog) == []


def test_one_at_a_time_is_compiled_for_every_size(tmp_path: Path) -> None:
    run = Runtime("openvino", tmp_path).open(replace(TINY, singly=True))
    same(run)


def test_other_weights_are_another_export(tmp_path: Path) -> None:
    Runtime("openvino", tmp_path).open(TINY)
    with pytest.raises(AssertionError, match="need not be made"):
        Runtime("openvino", tmp_path).open(replace(TINY, sha256="1" * 64, build=never))


def test_what_was_checked_on_one_processor_is_not_trusted_on_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for known in (("X86_V3",), ("X86_V3", "X86_V4")):  # machines that share the folder
        monkeypatch.setattr(exported, "instructions", lambda known=known: known)
        Runtime("openvino", tmp_path).open(TINY)
    assert len(warned(caplog)) == len(list(tmp_path.glob("tiny-*/checked.json"))) == 2


@pytest.mark.parametrize("name", ["checked.json", "float.bin", "float.xml"])
def test_a_damaged_export_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str) -> None:
    Runtime("openvino", tmp_path).open(TINY)
    (damaged,) = tmp_path.glob(f"*/{name}")
    damaged.write_bytes(damaged.read_bytes()[:-9])
    caplog.clear()
    same(Runtime("openvino", tmp_path).open(TINY))
    assert ["is damaged" in line for line in warned(caplog)] == [True, False]
    caplog.clear()
    same(Runtime("openvino", tmp_path).open(replace(TINY, build=never)))
    assert warned(caplog) == []


def test_a_processor_without_short_floats_gives_the_same_from_weights_kept_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported, "precisions", lambda: ("f32",))
    run = Runtime("openvino", tmp_path).open(TINY)
    np.testing.assert_allclose(run(ROWS)[0], reference(TINY)(ROWS)[0], atol=1e-6)


def test_what_differs_from_torch_is_not_trusted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    strict = replace(TINY, fault=lambda wanted, found: "it is off")
    run = Runtime("openvino", tmp_path).open(strict)
    np.testing.assert_array_equal(run(ROWS)[0], reference(TINY)(ROWS)[0])
    assert "is not trusted: it is off" in caplog.text
    assert warned(caplog)[-1] == "tiny runs through torch, several times slower"
    caplog.clear()
    Runtime("openvino", tmp_path).open(strict)  # known by now
    assert warned(caplog) == []


def test_what_cannot_be_exported_runs_through_torch(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(network: Portable) -> None:
        raise RuntimeError("no such operation\nand a long trace")

    monkeypatch.setattr(export, "_converted", fail)
    same(Runtime("openvino", tmp_path).open(TINY))
    assert "tiny cannot be exported (no such operation)" in warned(caplog)


@pytest.mark.parametrize("kind", ["auto", "openvino"])
def test_without_openvino_torch_does_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, kind: choice.Kind
) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda name: None)
    same(Runtime(kind, tmp_path).open(TINY))
    assert warned(caplog) == ["OpenVINO is not installed; tiny runs through torch, several times slower"]


def test_where_openvino_cannot_be_loaded_torch_does_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "models.runtimes.exported", None)  # importing it raises ImportError
    same(Runtime("openvino", tmp_path).open(TINY))
    (line,) = warned(caplog)
    assert line.startswith("OpenVINO cannot be loaded (")
    assert line.endswith("; tiny runs through torch, several times slower")


def test_on_a_processor_that_openvino_cannot_use_torch_does_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    Runtime("openvino", tmp_path).open(TINY)  # prepared on another machine that shares the folder
    caplog.clear()

    class Refusing:
        def __init__(self, *_: object, **__: object) -> None:
            raise RuntimeError("the processor has no SSE4.2\nand a long trace")

    monkeypatch.setattr(exported, "Engine", Refusing)
    same(Runtime("openvino", tmp_path).open(TINY))
    said = "OpenVINO does not run here (the processor has no SSE4.2)"
    assert warned(caplog) == [f"{said}; tiny runs through torch, several times slower"]


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="set PASSERBY_CACHE to a folder that can"):
        Runtime("openvino", tmp_path / "file").open(TINY)


def test_a_network_that_does_not_fit_a_gpu_runs_on_the_cpu(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(network: Portable) -> None:
        raise torch.cuda.OutOfMemoryError("too much")

    monkeypatch.setattr(gpu, "there", lambda: True)
    monkeypatch.setattr(gpu, "on_gpu", full)
    same(Runtime("cuda", tmp_path).open(TINY))
    assert warned(caplog)[-1] == "tiny does not fit the GPU's memory; it runs on the CPU"


def test_a_gpu_that_is_not_there_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "there", lambda: False)
    same(Runtime("cuda", tmp_path).open(TINY))
    assert warned(caplog)[0] == "torch finds no GPU; tiny runs on the CPU"


def test_what_is_compared_finely_stays_off_the_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "there", lambda: True)
    run = Runtime("cuda", tmp_path).open(replace(TINY, full=True))
    np.testing.assert_allclose(run(ROWS)[0], reference(TINY)(ROWS)[0], atol=1e-6)


@pytest.mark.parametrize("room", [0, 1, 3])
def test_what_does_not_fit_a_gpu_is_halved(room: int, caplog: pytest.LogCaptureFixture) -> None:
    slow = reference(TINY)

    def cramped(*inputs: Array) -> tuple[Array, ...]:
        if len(inputs[0]) > room:
            raise torch.cuda.OutOfMemoryError("too much")
        return slow(*inputs)

    same(gpu.Halving("tiny", cramped, slow))
    assert ("runs on the CPU" in caplog.text) == (room == 0)


def test_a_worker_with_prepared_networks_loads_no_torch() -> None:
    settings = Settings(runtime="openvino")
    build.encoder(settings)
    load_detector(runtime=build.runtime(settings))
    code = """
import sys
import numpy as np
from models.detection.detector import load_detector
from pipeline import build
from pipeline.settings import Settings

settings = Settings(runtime="openvino")
build.encoder(settings).encode_text("red coat")
load_detector(runtime=build.runtime(settings)).detect([np.zeros((64, 64, 3), np.uint8)])
print(sorted({"torch", "transformers", "ultralytics", "timm"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
