"""Many people search and browse while footage comes in, beside a bare FastAPI hello under the same load.

    python -m bench.load [--users 50] [--minutes 10] [--warm 60] [--think 5] [--json FILE]

Serves a new site with the footage of demo/ as `passerby serve` does, and keeps it ingesting: a clip is
uploaded as that of a new camera whenever nothing waits. Each user logs in, searches, loads the pictures of
the wall, opens somebody with the frame, looks at jobs and cameras, and thinks for a while between two acts.
After each act the same user asks the hello once: its times are those of the machine. The service, its
watching and indexing, the hello and the users share all cores. Memory is what the service and the child that
watches have in use, each minute, and a straight line over the second half says how fast it grows; beside it
what of that are files looked at as memory, which the machine takes back when it needs to, and the disk that
the index fills.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np
from rich.console import Console
from rich.table import Table

from bench.machine import children, machine, slope
from bench.users import Tally, User
from pipeline.cli import main as passerby
from pipeline.settings import Settings
from storage.accounts.audit import Actor
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role

DEMO = Path(__file__).parents[1] / "demo"
SAMPLE = 5.0  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Timed:
    """One kind of request."""

    act: str
    number: int
    median: float  # seconds
    p95: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes in use at one moment."""

    moment: float  # seconds since the beginning
    service: int
    files: int  # of the service's, what are pages of files
    watching: int
    index: int  # on disk


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    machine: str
    users: int
    minutes: float
    requests: int
    errors: list[str]
    timed: list[Timed]
    ingested: float  # seconds of footage that became searchable meanwhile
    memory: list[Memory]


async def drive(
    address: str, hello: str, args: argparse.Namespace, password: str, pid: int, index: Path
) -> Load:
    """Let the users at it."""
    tally, began = Tally(), time.monotonic()
    until = began + args.warm + 60 * args.minutes
    users = [User(f"user{number}", password, address, hello, tally) for number in range(args.users)]
    for user in users:
        await user.log_in()
    feeder = User("feeder", password, address, hello, tally)
    await feeder.log_in()
    memory: list[Memory] = []
    fed: list[float] = []

    async def feed() -> None:
        while True:
            clip = sorted(DEMO.glob("*.mp4"))[len(fed) % 2]
            fed.append(await feeder.upload(clip, f"camera-{len(fed)}"))

    async def watch() -> None:
        await asyncio.sleep(args.warm)
        tally.counting = True
        fed.clear()
        while True:
            memory.append(Memory(time.monotonic() - began, *resident(pid), filled(index)))
            await asyncio.sleep(SAMPLE)

    aside = [asyncio.create_task(feed()), asyncio.create_task(watch())]
    await asyncio.gather(*(user.use(until, args.think) for user in users))
    for task in aside:
        task.cancel()
    done = [task.exception() for task in aside if task.done() and not task.cancelled()]
    tally.errors += [f"beside the users: {error}" for error in done if error is not None]
    every = [Timed(act, len(some), *_shares(some)) for act, some in sorted(tally.seconds.items())]
    number = sum(each.number for each in every) + len(tally.errors)
    return Load(machine(), args.users, args.minutes, number, tally.errors, every, sum(fed), memory)


def _shares(seconds: Sequence[float]) -> tuple[float, float]:
    median, p95 = np.percentile(seconds, [50, 95])
    return float(median), float(p95)


def growth(memory: Sequence[Memory], of: Callable[[Memory], int]) -> float:
    """Bytes a minute over the second half, by a straight line."""
    return slope([(each.moment, of(each)) for each in memory[len(memory) // 2 :]])


def resident(pid: int) -> tuple[int, int, int]:
    """Bytes of memory that a process has in use, what of them are pages of files, and its descendants'."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    mine, files = (int(number) * os.sysconf("SC_PAGE_SIZE") for number in pages[1:3])
    return mine, files, sum(own + theirs for own, _, theirs in map(resident, children(pid)))


def filled(folder: Path) -> int:
    """Bytes of the disk that a folder's files fill; a file that goes meanwhile counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_blocks * 512
    return total


HELLO = (
    "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef hello():\n return {'hello': 'world'}\n"
)


@contextmanager
def serving(command: Sequence[str], data: str, address: str) -> Iterator[int]:
    """A server in a process of its own; its number."""
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "PASSERBY_DATA": data, "PYTHONPATH": f"{data}:{root}"}
    with subprocess.Popen([sys.executable, "-m", *command], env=environment) as server:
        try:
            while server.poll() is None and not _answers(address):
                time.sleep(0.5)
            yield server.pid
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address).status_code == 200
    except httpx2.HTTPError:
        return False


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def run(args: argparse.Namespace) -> Load:
    """Make a site, serve it and the hello, and let the users at both."""
    password = secrets.token_urlsafe(16)
    with TemporaryDirectory() as data:
        passerby(["--data", data, "ingest", str(DEMO / "north-gate.mp4"), "--camera", "north-gate"])
        with closing(Accounts(Settings(data=Path(data)).database_url)) as accounts:
            for name in ["feeder", *(f"user{number}" for number in range(args.users))]:
                accounts.add(Actor("bench"), name, password, Role.OPERATOR)
        Path(data, "hello_app.py").write_text(HELLO)
        ours, bare = _free(), _free()
        hello = f"http://127.0.0.1:{bare}/"
        served = ["web.serve", "--port", str(ours)]
        plain = ["uvicorn", "hello_app:app", "--port", str(bare), "--log-level", "error"]
        address = f"http://127.0.0.1:{ours}"
        with serving(plain, data, hello), serving(served, data, f"{address}/readyz") as pid:
            return asyncio.run(drive(address, hello, args, password, pid, Path(data, "index")))


def show(load: Load, console: Console) -> None:
    """Print it."""
    bare = next((each.p95 for each in load.timed if each.act == "hello"), 0.0)
    table = Table(
        "",
        "requests",
        "median ms",
        "p95 ms",
        "p95 to hello's",
        title=f"{load.users} users, {load.minutes:g} min, {load.machine}",
    )
    for each in load.timed:
        share = f"{each.p95 / bare:.1f}" if bare else "-"
        table.add_row(each.act, str(each.number), *(f"{1e3 * t:.0f}" for t in (each.median, each.p95)), share)
    console.print(table)
    kinds = ", ".join(f"{load.errors.count(kind)} x {kind}" for kind in sorted(set(load.errors)))
    console.print(f"{len(load.errors)} errors of {load.requests} requests{': ' + kinds if kinds else ''}")
    console.print(f"{load.ingested:.0f} s of footage became searchable meanwhile")
    console.print(_memory(load.memory))


def _memory(memory: Sequence[Memory]) -> Table:
    """What was in use at the beginning of each minute, and how fast that grows."""
    columns: dict[str, Callable[[Memory], int]] = {
        "service, MB": lambda one: one.service,
        "of it files": lambda one: one.files,
        "watching": lambda one: one.watching,
        "index on disk": lambda one: one.index,
    }
    table = Table("minute", *columns)
    began = memory[0].moment if memory else 0.0
    for minute in range(int((memory[-1].moment - began) / 60) + 1 if memory else 0):
        now = min(memory, key=lambda each: abs(each.moment - began - 60 * minute))
        table.add_row(str(minute), *(f"{of(now) / 1e6:.0f}" for of in columns.values()))
    table.add_row("a minute, second half", *(f"{growth(memory, of) / 1e6:+.1f}" for of in columns.values()))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--warm", type=float, default=60.0, help="seconds before, which do not count")
    parser.add_argument("--think", type=float, default=5.0, help="seconds between two acts of a user")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    args = parser.parse_args()
    load = run(args)
    show(load, Console())
    if args.json:
        args.json.write_text(json.dumps(asdict(load), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
