"""Which runtime a network gets."""

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from models.runtimes.portable import Portable, Run, first_line

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
                return gpu.opened(network, self._exported(network))
            if self.kind == "cuda":
                log.warning("torch finds no GPU; %s runs on the CPU", network.name)
        return self._reference(network) if kind == "torch" else self._exported(network)

    def _exported(self, network: Portable) -> Run:
        if find_spec("openvino") is None:
            return self._slowly(network, "OpenVINO is not installed")
        try:
            from models.runtimes.exported import exported
        except (ImportError, OSError) as error:  # of another system, or without a library that it needs
            return self._slowly(network, f"OpenVINO cannot be loaded ({error})")
        try:
            return exported(network, self.cache, self.threads) or self._reference(network)
        except RuntimeError as error:  # of OpenVINO, on a processor that it cannot use
            return self._slowly(network, f"OpenVINO does not run here ({first_line(error)})")

    def _slowly(self, network: Portable, why: str) -> Run:
        log.warning("%s; %s runs through torch, several times slower", why, network.name)
        return self._reference(network)

    def _reference(self, network: Portable) -> Run:
        from models.runtimes.reference import reference

        return reference(network, self.threads)
