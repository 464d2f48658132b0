"""What it costs to start a worker, by runtime: processor time and memory until the first answer.

python -m bench.start
"""

import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from time import process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from models.runtimes.choice import Kind
from pipeline.settings import Settings

WORKERS = ("watch", "search")
RUNTIMES: tuple[Kind, ...] = ("openvino", "torch")


def start(worker: str, runtime: Kind) -> tuple[float, float]:
    """Seconds and MB of one worker up to its first answer; for a process of its own."""
    from pipeline import build

    settings = Settings(runtime=runtime)
    if worker == "watch":
        build.detector(settings).detect([np.zeros((1080, 1920, 3), np.uint8)])
    else:
        build.encoder(settings).encode_text("red coat")
    return process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print one row a worker and runtime; what has to be exported first is exported before."""
    table = Table(title="Until the first answer, networks prepared")
    for heading in ("worker", "runtime", "processor s", "MB"):
        table.add_column(heading, justify="left" if heading in ("worker", "runtime") else "right")
    for worker in WORKERS:
        for runtime in RUNTIMES:
            for _ in range(2):
                with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                    seconds, memory = pool.submit(start, worker, runtime).result()
            table.add_row(worker, runtime, f"{seconds:.1f}", f"{memory:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
