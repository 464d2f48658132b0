"""Ratios and curves as one picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from bench.speed import Results


def draw(results: Results, path: Path) -> None:
    """Write a PNG."""
    figure = Figure(figsize=(11, 7), layout="constrained")
    top, bottom = np.ravel(figure.subfigures(2, 1, height_ratios=(3, 2)))
    bars = top.subplots()
    ratios = sorted(results.ratios().items(), key=lambda one: one[1])
    bars.barh(
        [name.replace(" | ", "\n") for name, _ in ratios], [value for _, value in ratios], color="#2b6c8f"
    )
    bars.set_xscale("log")
    bars.set_xlabel("the peer's time in times of ours")
    bars.axvline(1, color="grey", linewidth=0.8)
    bars.tick_params(axis="y", labelsize=7)
    for place, (_, value) in enumerate(ratios):
        bars.text(value * 1.03, place, f"{value:.1f}", va="center", fontsize=8)
    for axes, curve in zip(bottom.subplots(1, len(results.curves)), results.curves, strict=True):
        axes.loglog(*zip(*curve.points, strict=True), marker="o", color="#2b6c8f")
        axes.set_title(f"{curve.name}: exponent {curve.exponent:.2f}", fontsize=9)
        axes.set_ylabel("ms of processor time")
    figure.suptitle(results.machine, fontsize=10)
    figure.savefig(path, dpi=110)
