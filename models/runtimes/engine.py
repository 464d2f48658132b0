"""One exported network in OpenVINO."""

from functools import cache
from pathlib import Path
from threading import local

import numpy as np
import openvino as ov

from models.runtimes.portable import Array


@cache
def core() -> ov.Core:
    """OpenVINO itself, once a process."""
    return ov.Core()


def precisions() -> tuple[str, ...]:
    """In what this processor can compute; which is faster has to be tried."""
    able = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return ("bf16", "f32") if "BF16" in able else ("f32",)


def instructions() -> tuple[str, ...]:
    """What this processor knows beyond the least of its kind; how quick and exact int8 is depends on it."""
    return tuple(np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", ()))


class Engine:
    """A network of a file, compiled for this processor; safe to share between threads."""

    def __init__(self, path: Path, precision: str, *, singly: bool, threads: int) -> None:
        """`singly`: one example at a time, compiled anew for every size that comes."""
        self._model, self._singly = core().read_model(path), singly
        self._how = {
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,  # worker processes would all be pinned to the first core
        }
        self._sizes: dict[tuple[int, ...], ov.CompiledModel] = {}
        if not singly:
            self._compiled = core().compile_model(self._model, "CPU", self._how)
        self._own = local()  # requests, which one thread may use at a time

    def __call__(self, *inputs: Array) -> tuple[Array, ...]:
        if not self._singly:
            return self._infer(self._compiled, inputs)
        found = [
            self._infer(self._sized(row[None].shape), (row[None],)) for row in np.ascontiguousarray(inputs[0])
        ]
        return tuple(np.concatenate(kind) for kind in zip(*found, strict=True))

    def _infer(self, compiled: ov.CompiledModel, inputs: tuple[Array, ...]) -> tuple[Array, ...]:
        requests: dict[str, ov.InferRequest] = self._own.__dict__
        name = f"request {id(compiled)}"
        if name not in requests:
            requests[name] = compiled.create_infer_request()
        request = requests[name]
        request.infer(list(inputs), share_inputs=True)
        return tuple(np.array(request.get_output_tensor(i).data) for i in range(len(compiled.outputs)))

    def _sized(self, shape: tuple[int, ...]) -> ov.CompiledModel:
        if shape not in self._sizes:
            model = self._model.clone()
            model.reshape(list(shape))
            self._sizes[shape] = core().compile_model(model, "CPU", self._how)
        return self._sizes[shape]
