"""A Celery worker as a site runs it, with stand-ins for the networks: python -m tests.site_worker ARGUMENTS.

PASSERBY_DATA and PASSERBY_BROKER say where. SLOW is how many seconds the detector takes for a few frames, and
VISIBILITY after how many the broker gives out again what was not acknowledged.
"""

import os
import sys
import time
from collections.abc import Sequence

from models.types import Detections, Image
from pipeline.footage.gate import GateSettings
from pipeline.ingest import WatchStep
from pipeline.watch import Watch, WatchSettings
from storage.sightings.index import open_index
from tests.fakes import BrightRectangles, ColourEncoder, NearestCentre
from workers import parts
from workers.app import app, settings
from workers.turns import Once


class SlowRectangles(BrightRectangles):
    """A detector that takes its time, and dies of a picture that is all white."""

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        time.sleep(float(os.environ.get("SLOW", "0")))
        if any(image.min() > 250 for image in images):
            os.kill(os.getpid(), 9)
        return super().detect(images)


def watch_step() -> WatchStep:
    settings = WatchSettings(gate=GateSettings())
    watch = Watch(SlowRectangles(), NearestCentre, parts.media(), settings)
    return WatchStep(watch, parts.ledger(), 5.0, "test")


if __name__ == "__main__":
    parts.watch_step = Once(watch_step)
    parts.encoder = Once(ColourEncoder)  # type: ignore[arg-type]
    parts.index = Once(lambda: open_index(settings.index_url, ColourEncoder.model))
    if "VISIBILITY" in os.environ:
        app.conf.broker_transport_options = {
            "visibility_timeout": float(os.environ["VISIBILITY"]),
            "unacked_restore_throttle": 1,
        }
    app.worker_main(["worker", "--loglevel", "info", *sys.argv[1:]])
