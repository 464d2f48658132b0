"""`passerby serve`: the HTTP API and the pages, in a process that knows them; nothing here does."""

import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction

from pipeline.settings import Settings

PURPOSE = "serve the HTTP API and the pages; watches and indexes what waits, unless workers do"


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    verb = verbs.add_parser("serve", help=PURPOSE, description=PURPOSE)
    verb.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    verb.add_argument("--port", type=int, default=8000, help="default: 8000")
    verb.set_defaults(act=_serve)


def _serve(args: Namespace, settings: Settings) -> int:
    command = [sys.executable, "-m", "web.serve", "--host", args.host, "--port", str(args.port)]
    os.execve(sys.executable, command, {**os.environ, "PASSERBY_DATA": str(settings.data)})
