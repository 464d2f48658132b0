"""Exported networks: made once for a processor, checked against torch before they are trusted, kept.

A folder of the cache belongs to one network on one kind of processor. It holds OpenVINO's two files and
`checked.json`: what passed the check, and the files' sha256.
"""

import fcntl
import hashlib
import json
import logging
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from time import process_time
from typing import Any

import openvino as ov

from models.runtimes.engine import Engine, instructions, precisions
from models.runtimes.export import write
from models.runtimes.portable import Array, Portable, Run

log = logging.getLogger(__name__)

FORMAT = 4  # of what is kept
TORCH = "torch"  # in place of a precision: no export of this network can be trusted here


@dataclass(frozen=True, slots=True)
class Checked:
    """What passed the check."""

    file: str  # of `models.runtimes.export.write`
    precision: str  # of what is not int8


def exported(network: Portable, cache: Path, threads: int = 1) -> Run | None:
    """The network in OpenVINO, exported first where that was not done yet; None where torch has to do.

    Raises OSError where the cache cannot be written, and RuntimeError where OpenVINO cannot compile it.
    """
    folder = cache / f"{network.name}-{_key(network)}"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder.with_suffix(".lock").touch()
    except OSError as error:
        raise OSError(
            f"{cache} is where networks are kept as they were prepared for this processor, and it cannot be "
            f"written ({error.strerror}): set PASSERBY_CACHE to a folder that can"
        ) from error
    with _alone(folder):
        checked = _read(folder)
        if checked is None:
            checked = _make(network, folder, threads)
    if checked.precision == TORCH:
        return None
    path = folder / f"{checked.file}.xml"
    return Engine(path, checked.precision, singly=network.singly, threads=threads)


def _key(network: Portable) -> str:
    """Names all that an export depends on."""
    parts = (FORMAT, network.sha256, ov.__version__, platform.machine(), *precisions(), *instructions())
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: the others wait and then find what it made."""
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(folder: Path) -> Checked | None:
    """What passed; None where there is nothing yet, or nothing that is whole."""
    if not folder.exists():
        return None
    try:
        record: dict[str, Any] = json.loads((folder / "checked.json").read_text(encoding="utf-8"))
        if record.pop("digests") != _digests(folder):
            raise ValueError("its files are not the ones that were checked")
        return Checked(**record)
    except (OSError, KeyError, TypeError, ValueError) as error:
        log.warning("the exported network %s is damaged (%s); it is made anew", folder, error)
        return None


def _make(network: Portable, folder: Path, threads: int) -> Checked:
    """Export, check, and put the folder in place whole."""
    log.warning("%s is prepared for this processor, once; that takes about a minute", network.name)
    unfinished = Path(mkdtemp(prefix=f".{network.name}-", dir=folder.parent))
    try:
        checked = _fastest(network, unfinished, threads)
        if checked.precision == TORCH:
            log.warning("%s runs through torch, several times slower", network.name)
        for path in unfinished.glob("*.[bx]*"):
            if path.stem != checked.file:
                path.unlink()
        record = {**asdict(checked), "digests": _digests(unfinished)}
        (unfinished / "checked.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return checked


def _fastest(network: Portable, folder: Path, threads: int) -> Checked:
    """The fastest way on this processor that gives the reference's answers."""
    from models.runtimes.reference import reference

    slow = reference(network, threads)
    wanted = [(example, slow(*example)) for example in network.examples()]
    ways: list[tuple[float, Checked]] = []
    for file in write(network, folder):
        for precision in ("f32",) if network.full else precisions():
            engine = Engine(folder / f"{file}.xml", precision, singly=network.singly, threads=threads)
            ways.append((_cost(engine, wanted[0][0]), Checked(file, precision)))
    for seconds, way in sorted(ways, key=lambda one: one[0]):
        engine = Engine(folder / f"{way.file}.xml", way.precision, singly=network.singly, threads=threads)
        fault = next(filter(None, (network.fault(answer, engine(*inputs)) for inputs, answer in wanted)), "")
        if not fault:
            log.info("%s runs in %s, %s: %.1f ms", network.name, way.file, way.precision, 1000 * seconds)
            return way
        log.warning("%s in %s, %s is not trusted: %s", network.name, way.file, way.precision, fault)
    return Checked("", TORCH)


def _cost(engine: Engine, inputs: tuple[Array, ...]) -> float:
    """Seconds of processor time, whatever else the machine does."""
    engine(*inputs)
    costs = []
    for _ in range(5):
        began = process_time()
        engine(*inputs)
        costs.append(process_time() - began)
    return min(costs)


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for path in sorted(folder.glob("*.[bx]*")):
        with path.open("rb") as file:
            digests[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
