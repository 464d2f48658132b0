"""A server that is started, killed and started again, always on the same port."""

import signal
import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Self

_SOON = 30.0  # seconds within which a server answers, also on a busy machine


class MissingError(OSError):
    """This machine lacks what a server is made of; the message says what to install."""


class Server(ABC):
    """One port for its whole life of being killed and started."""

    killing = signal.SIGKILL  # what ends it as a crash does

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What is run."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it can be used."""

    def start(self) -> None:
        """Return once it answers."""
        self._process = self._run(self.command())
        latest = monotonic() + _SOON
        while not self.answers():
            code = self._process.poll()
            if code is not None:
                raise OSError(f"{type(self).__name__} ended at once, with code {code}")
            if monotonic() > latest:
                raise OSError(f"{type(self).__name__} does not answer after {_SOON:g} s")
            sleep(0.05)

    def silence(self) -> None:
        """Let it accept connections and say nothing."""
        self._send(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it speak again."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a crash does; nothing when it does not run."""
        self._end(self.killing)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Started before the block and gone after it."""
        self.start()
        try:
            yield self
        finally:
            self.kill()

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None, "it was started"
        self._process.send_signal(number)

    def _run(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait()
            self._process = None

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
