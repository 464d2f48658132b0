"""The record of a training run: CSV rows, curves and one line of progress."""

import csv
from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot


class Table:
    """A CSV file that grows by one row per step and forgets what a resumed run does again."""

    def __init__(self, path: Path, *, up_to: int) -> None:
        self.path = path
        self.rows = [row for row in read_rows(path) if float(row["step"]) <= up_to]
        self._write()

    def add(self, row: Mapping[str, float | int]) -> None:
        """Append a row; its first key is "step"."""
        self.rows.append({key: f"{value:.6g}" for key, value in row.items()})
        if len(self.rows) == 1 or self.rows[-1].keys() != self.rows[-2].keys():
            self._write()
            return
        with self.path.open("a", newline="") as file:
            csv.DictWriter(file, list(self.rows[-1])).writerow(self.rows[-1])

    def _write(self) -> None:
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(self.rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def draw_curves(steps: Table, checks: Table, target: Path) -> None:
    """Losses over steps above, validation figures below, as a PNG."""
    figure, axes = pyplot.subplots(2, 1, figsize=(8, 8), sharex=True)
    for axis, table, leave_out in (
        (axes[0], steps, ("step", "epoch", "rate", "crops_per_second", "seconds")),
        (axes[1], checks, ("step", "weight", "seconds")),
    ):
        for key in dict.fromkeys(key for row in table.rows for key in row if key not in leave_out):
            points = [(float(row["step"]), float(row[key])) for row in table.rows if row.get(key)]
            axis.plot(*zip(*points, strict=True), label=key)
        axis.grid(alpha=0.3)
        if table.rows:
            axis.legend()
    axes[0].set_ylabel("loss")
    axes[1].set_ylabel("validation, %")
    axes[1].set_xlabel("step")
    figure.tight_layout()
    figure.savefig(target, dpi=100)
    pyplot.close(figure)


def duration(seconds: float) -> str:
    """ "1 h 05 min", "12 min", "40 s" """
    if seconds >= 3600:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
