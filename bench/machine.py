"""What a figure was measured on."""

import os
import platform
from pathlib import Path


def processor() -> str:
    """The name that the processor gives itself."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def machine() -> str:
    """Its processor, and how many cores this process may use."""
    return f"{processor()}, {len(os.sched_getaffinity(0))} cores"
