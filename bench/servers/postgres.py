"""A Postgres made of the programs of Debian's package."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.servers.server import MissingError, Server

_DEBIAN = Path("/usr/lib/postgresql")  # which leaves initdb and postgres out of PATH


class Postgres(Server):
    """A server with one database, in a folder of its own below the system's temporary one.

    Raises MissingError. Postgres refuses to run as root, so root runs it as somebody else.
    """

    killing = signal.SIGQUIT  # its "immediate" end, without a checkpoint; SIGKILL would leave its children

    def __init__(self) -> None:
        super().__init__()
        self._programs = _programs()
        self._owner = _owner()
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        if self._owner:
            shutil.chown(self._folder, self._owner)
        self._call("initdb", "--username", "passerby", "--auth", "trust", "--no-sync", "--pgdata", self._data)

    @property
    def url(self) -> str:
        return self._url("postgres")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def command(self) -> Sequence[str]:
        where = ("-D", self._data, "-p", str(self.port), "-k", str(self._folder))
        # Processes are killed here, never the machine, so nothing needs to reach the disk.
        return (
            str(self._programs / "postgres"),
            *where,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "fsync=off",
        )

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def execute(self, *statements: str) -> None:
        """Run statements of SQL, each by itself."""
        address = f"host=127.0.0.1 port={self.port} user=passerby dbname=postgres"
        with psycopg.connect(address, autocommit=True, connect_timeout=2) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextmanager
    def database(self, *, like: str = "") -> Iterator[str]:
        """The URL of a database of its own, a copy of the one at `like` if given, gone afterwards."""
        name, template = f"d{uuid4().hex}", like.rpartition("/")[2] or "template1"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self._url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def remove(self) -> None:
        """Leave nothing on the disk."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            user=self._owner,
            cwd="/",
            start_new_session=True,
        )

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://passerby@127.0.0.1:{self.port}/{database}"

    def _call(self, program: str, *arguments: str) -> None:
        line = [str(self._programs / program), *arguments]
        done = subprocess.run(line, user=self._owner, cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise OSError(f"{program} failed: {done.stderr.strip()}")


def _programs() -> Path:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise MissingError("no Postgres: apt-get install postgresql")
    return versions[-1].parent


def _owner() -> str | None:
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
