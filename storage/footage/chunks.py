"""A chunk of footage: the unit of work, about a minute of one source; and who works on it."""

import hashlib
import os
import secrets
import socket
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path


class State(StrEnum):
    """queued -> watching -> watched -> indexing -> indexed, or quarantined on the way."""

    QUEUED = "queued"
    WATCHING = "watching"
    WATCHED = "watched"
    INDEXING = "indexing"
    INDEXED = "indexed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What to watch and, once the ledger has given it out, how far that has come."""

    camera: str
    source: str  # URI of the file or recording; may move, the fingerprint may not
    fingerprint: str  # of the source's content
    began: datetime  # UTC of the chunk's first frame
    start: float  # seconds within the source
    end: float  # seconds within the source
    position: int  # 0, 1, ... within the source
    version: str  # of the settings that decide what watching finds
    state: State = State.QUEUED
    attempts: int = 0  # how often the step at hand was begun
    worker: str = ""  # who works on it: see `worker_name`
    lease_until: datetime | None = None  # UTC
    reason: str = ""  # of the last failure
    handoff: str = ""  # JSON: the tracks still open at its end, for the next chunk
    changed: datetime | None = field(default=None, compare=False)  # UTC: since when it is in this state

    @property
    def id(self) -> str:
        """The same stretch of the same footage watched in the same way always has the same id."""
        said = f"{self.camera}|{self.fingerprint}|{self.start:.3f}|{self.end:.3f}|{self.version}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def worker_name() -> str:
    """host:pid:token of this process, by which others tell whether it still lives."""
    return f"{_host()}:{os.getpid()}:{_token(os.getpid())}"


def is_dead(worker: str, me: str) -> bool:
    """Whether `worker` certainly no longer runs; never certain of one on another host.

    Its process is gone, or has the number of `me` without being it: in a restarted container every
    process has the number it had before.
    """
    host, pid, token = worker.rsplit(":", 2)
    my_host, my_pid, my_token = me.rsplit(":", 2)
    if host != my_host:
        return False
    if pid == my_pid:
        return token != my_token
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it runs, as somebody else
        return False
    return False


def _host() -> str:
    # Containers may share a host name without seeing each other's processes.
    namespace = Path("/proc/self/ns/pid")
    mark = namespace.readlink().name if namespace.is_symlink() else ""
    return f"{socket.gethostname()}{mark.removeprefix('pid:')}"


@cache
def _token(pid: int) -> str:
    """One for each process, also after a fork."""
    return secrets.token_hex(4)
