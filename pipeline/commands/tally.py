"""The progress bar of watching: frames a second, people found, time left."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Tally:
    """Counts frames and people and shows them; a `pipeline.ingest.Report`."""

    def __init__(self, bars: Progress, seconds: float | None) -> None:
        self.frames = self.people = 0
        self._bars, self._began = bars, monotonic()
        self._task = bars.add_task("watching", total=seconds, tally="")

    @classmethod
    @contextmanager
    def shown(cls, console: Console, *, seconds: float | None = None) -> Iterator["Tally"]:
        """A tally on the console; `seconds` of footage make the whole, None where there is no end."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[tally]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as bars:
            yield cls(bars, seconds)

    def frame(self) -> None:
        """One more frame was watched."""
        self.frames += 1
        self._show()

    def person(self) -> None:
        """One more person left the picture and was kept."""
        self.people += 1
        self._show()

    def chunk(self, seconds: float) -> None:
        """A chunk of this length is done."""
        self._bars.advance(self._task, seconds)

    def _show(self) -> None:
        rate = self.frames / max(monotonic() - self._began, 1e-3)
        people = "1 person" if self.people == 1 else f"{self.people} people"
        self._bars.update(self._task, tally=f"{rate:.1f} frames/s  {people}")
