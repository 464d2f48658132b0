"""Ratios and curves as one picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from bench.speed import Results


def draw(results: Results, path: Path) -> None:
    """Write a PNG."""
    figure = Figure(figsize=(11, 8), layout="constrained")
    grid = figure.add_gridspec(2, len(results.curves), height_ratios=(3, 2))
    bars, ratios = figure.add_subplot(grid[0, :]), sorted(results.ratios().items(), key=lambda one: one[1])
    bars.barh([name.replace(" | ", "\n") for name, _ in ratios], [one for _, one in ratios], color="#2b6c8f")
    bars.set_xscale("log")
    bars.set_xlabel("the peer's time in times of ours")
    bars.axvline(1, color="grey", linewidth=0.8)
    bars.tick_params(axis="y", labelsize=7)
    for place, (_, value) in enumerate(ratios):
        bars.text(value * 1.03, place, f"{value:.1f}", va="center", fontsize=8)
    for column, curve in enumerate(results.curves):
        chart = figure.add_subplot(grid[1, column])
        chart.loglog(*zip(*curve.points, strict=True), marker="o", color="#2b6c8f")
        chart.set_title(f"{curve.name}: exponent {curve.exponent:.2f}", fontsize=9)
        chart.set_ylabel("ms of processor time")
    figure.suptitle(results.machine, fontsize=10)
    figure.savefig(path, dpi=110)
