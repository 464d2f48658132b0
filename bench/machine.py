"""What a figure was measured on, the processes of a run, and how a figure grows."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def processor() -> str:
    """The name that the processor gives itself."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def machine() -> str:
    """Its processor, and how many cores this process may use."""
    return f"{processor()}, {len(os.sched_getaffinity(0))} cores"


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    # A child is entered with the thread that made it.
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """By how much a minute values grow, by a straight line through (seconds, value)."""
    if len(points) < 2:
        return 0.0
    moments, values = zip(*points, strict=True)
    return float(np.polyfit(moments, values, 1)[0] * 60)
