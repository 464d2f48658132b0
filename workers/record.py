"""The recorder as a light process, without the networks: `python -m workers.record [CAMERA...]`."""

import logging
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from pipeline.commands.record import PURPOSE, arguments, record
from pipeline.settings import Settings

log = logging.getLogger("recorder")


def main(given: Sequence[str] | None = None) -> int:
    """Record until SIGTERM; 2 when something has to be mended first."""
    parser = ArgumentParser("python -m workers.record", description=PURPOSE)
    arguments(parser)
    logging.basicConfig(format="%(asctime)s %(message)s")
    logging.getLogger("pipeline").setLevel(logging.INFO)
    try:
        return record(parser.parse_args(given), Settings())
    except (ValueError, OSError) as error:
        log.error("%s", error)
        return 2


if __name__ == "__main__":
    sys.exit(main())
