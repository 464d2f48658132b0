"""Which runtime a network gets."""

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from models.runtimes.portable import Portable, Run

log = logging.getLogger(__name__)

Kind = Literal["auto", "torch", "openvino", "cuda"]
DRIVER = Path("/proc/driver/nvidia/version")  # there where a GPU can be; asking torch costs seconds


@dataclass(frozen=True, slots=True)
class Runtime:
    """A way to run networks. The libraries of the others are not even loaded."""

    kind: Kind = "torch"
    cache: Path = Path()  # where exported networks are kept
    threads: int = 1

    def open(self, network: Portable) -> Run:
        """The network, ready to run; where that fails, by the next slower way, with a line in the log."""
        kind = self.kind
        if kind == "auto":
            kind = "cuda" if DRIVER.exists() else "openvino"
        if kind == "cuda" and network.full:
            kind = "openvino"
        if kind == "cuda":
            from models.runtimes import gpu

            if gpu.there():
                return gpu.Halving(network.name, gpu.on_gpu(network), self._exported(network))
            if self.kind == "cuda":
                log.warning("torch finds no GPU; %s runs on the CPU", network.name)
        return self._reference(network) if kind == "torch" else self._exported(network)

    def _exported(self, network: Portable) -> Run:
        if find_spec("openvino") is None:
            log.warning(
                "OpenVINO is not installed; %s runs through torch, several times slower", network.name
            )
            return self._reference(network)
        from models.runtimes.exported import exported

        return exported(network, self.cache, self.threads) or self._reference(network)

    def _reference(self, network: Portable) -> Run:
        from models.runtimes.reference import reference

        return reference(network, self.threads)
