"""Put the parts together as the settings say: only here is it known which class stands behind a port."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from models.acsa.encoder import AcsaEncoder, load_encoder
from models.detector import load_detector
from models.tracker import ByteTracker
from pipeline import ingest
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.watch import Watch
from storage.index import open_index
from storage.ledger import Ledger
from storage.media import open_media

TRACKED = 0.1  # detections down to this score may continue a track; the networks' own thresholds start one


def encoder(settings: Settings) -> AcsaEncoder:
    """The search network; raises FileNotFoundError or ValueError when its weights cannot be used."""
    return load_encoder(settings.model, batch=settings.batch)


def watch_step(settings: Settings, ledger: Ledger) -> ingest.WatchStep:
    """What turns a chunk into shots; raises ValueError when the detector's weights cannot be used."""
    detector = load_detector(settings.detector, size=settings.detector_size, threshold=TRACKED)
    watch = Watch(detector, lambda: ByteTracker(settings.fps), open_media(settings.media_url))
    version = ingest.version(detector.name, settings.fps, settings.chunk_seconds)
    return ingest.WatchStep(watch, ledger, settings.fps, version)


@contextmanager
def search(settings: Settings) -> Iterator[Search]:
    """A search over the index of the settings, closed when done with."""
    network = encoder(settings)
    with closing(open_index(settings.index_url, network.model)) as index:
        yield Search(network, index, pool=settings.pool, threshold=network.threshold)
