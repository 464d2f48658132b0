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
    bars.set_xlim(1, 3 * max((one for _, one in ratios), default=1))  # room for the last number
    bars.xaxis.set_major_formatter("{x:g}")
    bars.set_xlabel("the peer's time in times of ours")
    bars.tick_params(axis="y", labelsize=7)
    for place, (_, value) in enumerate(ratios):
        bars.text(
            value * 1.03, place, f"{value:.3g}" if value < 1000 else f"{value:.0f}", va="center", fontsize=8
        )
    for column, curve in enumerate(results.curves):
        chart = figure.add_subplot(grid[1, column])
        numbers, times = zip(*curve.points, strict=True)
        chart.loglog(numbers, times, marker="o", color="#2b6c8f")
        chart.set_ylim(min(times) / 2, 2 * max(times))
        chart.set_xticks(numbers, map(str, numbers))
        chart.yaxis.set_major_formatter("{x:g}")
        chart.minorticks_off()
        chart.set_title(f"{curve.name}: exponent {curve.exponent:.2f}", fontsize=9)
        chart.set_ylabel("ms of processor time")
    figure.suptitle(results.machine, fontsize=10)
    figure.savefig(path, dpi=110)
