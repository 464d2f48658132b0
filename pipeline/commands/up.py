"""`passerby up`: a whole site on one machine, under one supervisor."""

import logging
import os
import signal
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from threading import Event

from pipeline.settings import Settings
from pipeline.supervise import supervise

PURPOSE = "run a site on this machine: recorder, workers, schedule and service"


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    verb = verbs.add_parser("up", help=PURPOSE, description=PURPOSE)
    verb.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    verb.add_argument("--port", type=int, default=8000, help="default: 8000")
    verb.add_argument(
        "--watchers", type=int, default=1, help="processes that watch footage, a core each (default: 1)"
    )
    verb.set_defaults(act=_up)


def _up(args: Namespace, settings: Settings) -> int:
    if args.watchers < 1:
        raise ValueError(f"--watchers is {args.watchers}: footage needs at least one")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    os.environ["PASSERBY_DATA"] = str(settings.data)
    logging.getLogger("pipeline").setLevel(logging.INFO)
    return supervise(commands(settings, args.host, args.port, args.watchers), stop)


def commands(settings: Settings, host: str, port: int, watchers: int) -> dict[str, Sequence[str]]:
    """What runs, in the order in which it begins.

    Without a broker the service itself watches (one process), indexes and keeps the schedule; with one,
    Celery workers do. Raises ValueError for a broker with an embedded index: one process has that.
    """
    serve = (sys.executable, "-m", "web.serve", "--host", host, "--port", str(port))
    record = (sys.executable, "-m", "workers.record")
    if not settings.broker:
        more = {f"watcher {n}": (sys.executable, "-m", "web.watcher") for n in range(2, watchers + 1)}
        return {"service": serve, **more, "recorder": record}
    if settings.index_url.startswith("edge:"):
        raise ValueError(
            f"workers and the service cannot share the embedded index {settings.index_url}: name a Qdrant "
            "server in PASSERBY_INDEX, or leave PASSERBY_BROKER empty and everything runs here without one"
        )
    celery = (sys.executable, "-m", "celery", "--app", "workers.app")
    # A busy worker hears of the others late, and would say that clocks are wrong.
    worker = (*celery, "worker", "--loglevel", "warning", "--without-gossip")
    solo = (*worker, "--pool", "solo", "--queues")
    keep = ("--pool", "threads", "--concurrency", "3", "--queues", "upkeep", "--hostname", "upkeep@%h")
    workers: dict[str, Sequence[str]] = {
        "searcher": (*solo, "search", "--hostname", "search@%h"),
        "indexer": (*solo, "index", "--hostname", "index@%h"),
        "keeper": (*worker, *keep),
    }
    watch = {f"watcher {n}": (*solo, "watch", "--hostname", f"watch{n}@%h") for n in range(1, watchers + 1)}
    beat = (*celery, "beat", "--loglevel", "warning")
    schedule = ("--schedule", str(settings.data / "beat"))
    return {**workers, **watch, "beat": (*beat, *schedule), "service": serve, "recorder": record}
