"""Processes under the site's own supervisor: `python -m bench.faults.processes COMMANDS`, as JSON by name."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from pipeline.supervise import supervise

_GRACE = 120.0  # seconds for everything to end


class Processes:
    """What runs, by name."""

    def __init__(self, supervisor: int, commands: Mapping[str, Sequence[str]]) -> None:
        self._supervisor, self._commands = supervisor, commands

    @classmethod
    @contextmanager
    def running(
        cls, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str], log: Path
    ) -> "Iterator[Processes]":
        """All of them run in the block; what they say is written to `log`."""
        with log.open("ab") as out:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", __spec__.name, json.dumps(commands)],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        try:
            yield cls(supervisor.pid, commands)
        finally:
            supervisor.terminate()
            supervisor.wait(_GRACE)

    def kill(self, name: str) -> bool:
        """SIGKILL; False when it does not run at the moment."""
        wanted = list(self._commands[name])
        for child in Path(f"/proc/{self._supervisor}/task/{self._supervisor}/children").read_text().split():
            try:
                line = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")[:-1]
                if line == wanted:
                    os.kill(int(child), signal.SIGKILL)
                    return True
            except (FileNotFoundError, ProcessLookupError):
                continue
        return False


def main(commands: str) -> int:
    """Run until SIGTERM."""
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    logging.basicConfig(format="%(asctime)s %(message)s")
    return supervise(json.loads(commands), stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
