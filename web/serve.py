"""`passerby serve`, which runs `python -m web.serve`: the service on this machine."""

import logging
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

import cv2
import uvicorn
from pydantic import ValidationError

from pipeline.commands.audit import operator
from pipeline.settings import Settings
from web.app import create_app
from web.site import Site, open_site

KEPT = 75  # seconds that a silent connection stays open: longer than proxies keep theirs

log = logging.getLogger("passerby")


def main(given: Sequence[str] | None = None) -> int:
    """Serve until stopped; 2 when something has to be mended first."""
    parser = ArgumentParser("passerby serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args(given)
    logging.basicConfig(format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # which uvicorn sends again when it has stopped
    cv2.setNumThreads(1)  # its threads and the networks' would fight over the same cores
    try:
        with open_site(Settings()) as site, site.upkeep.running():
            invite(site, f"http://{args.host}:{args.port}")
            app = create_app(site)
            # Streams of events would keep the service from stopping for minutes.
            uvicorn.run(
                app,
                host=args.host,
                port=args.port,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=3,
                timeout_keep_alive=KEPT,
            )
    except (ValidationError, ValueError, OSError) as error:
        log.error("%s", error)
        return 2
    except KeyboardInterrupt:
        log.info("stopped; what was in hand is given back")
    return 0


def invite(site: Site, url: str) -> None:
    """Say where the service is and, the first time, how to become its administrator."""
    if site.accounts.all():
        log.info("Passerby is at %s", url)
        return
    token = site.accounts.invite(operator())
    log.info("Passerby is at %s; to make the first administrator, open\n\n    %s/setup#%s\n", url, url, token)


if __name__ == "__main__":
    sys.exit(main())
