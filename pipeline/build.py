"""Put the parts together as the settings say: only here is it known which class stands behind a port."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from models.acsa.encoder import AcsaEncoder, load_encoder
from models.detection.detector import PersonDetector, load_detector
from models.detection.tracker import PeopleTracker
from models.runtimes.choice import Runtime
from pipeline import ingest
from pipeline.asking.question import Question, literal, read, refused_terms
from pipeline.commands.record import recorded_version
from pipeline.footage.zones import EVERYWHERE, Zones
from pipeline.keeping.survey import Site
from pipeline.keeping.upkeep import Stores
from pipeline.ports import Detector, Media
from pipeline.search import Search
from pipeline.settings import Settings
from pipeline.watch import Watch, WatchSettings
from storage.accounts.audit import Audit
from storage.accounts.holds import Holds
from storage.footage.archive import Archive
from storage.footage.cameras import Camera, Cameras
from storage.footage.erasures import Erasures
from storage.footage.ledger import Ledger
from storage.footage.recordings import Recordings
from storage.media import open_media
from storage.sightings.index import Index, Models, open_models
from storage.sightings.qdrant_server import Cluster
from storage.types import Standing

RARE = 1.0  # frames a second from which on down a frame may be the only one that somebody is in
TRACKED = 0.1  # detections down to this score may continue a track; the networks' own thresholds start one


def runtime(settings: Settings) -> Runtime:
    """What runs the networks."""
    return Runtime(settings.runtime, settings.networks)


def encoder(settings: Settings, weights: str = "") -> AcsaEncoder:
    """The search network; raises FileNotFoundError or ValueError when its weights cannot be used."""
    return load_encoder(weights or settings.model, batch=settings.batch, runtime=runtime(settings))


def answering(settings: Settings) -> AcsaEncoder:
    """The search network whose sightings answer, unless the settings name another; raises as `encoder`."""
    if settings.model:
        return encoder(settings)
    with closing(models(settings)) as kept:
        active = kept.active()
    return encoder(settings, active.weights if active else "")


def models(settings: Settings) -> Models:
    """The index of the settings with every model in it."""
    cluster = Cluster(
        settings.index_shards,
        settings.index_replicas,
        settings.index_writes,
        settings.index_key.get_secret_value(),
        settings.index_by_day,
    )
    return open_models(settings.index_url, cluster)


def index(settings: Settings, model: str) -> Index:
    """The sightings of `model` in the index of the settings, to be closed; raises as `Models.open`."""
    with closing(models(settings)) as kept:
        return kept.open(model, absolute(settings.model))


def absolute(weights: str) -> str:
    """How an index keeps the name of weights, so that they are found from any folder; empty: the shipped."""
    return str(Path(weights).resolve()) if weights else ""


def detector(settings: Settings) -> PersonDetector:
    """Finds people in pictures; raises ValueError when its weights cannot be used."""
    return load_detector(
        settings.detector, size=settings.detector_size, threshold=TRACKED, runtime=runtime(settings)
    )


def watch(finds: Detector, media: Media, fps: float, zones: Zones = EVERYWHERE) -> Watch:
    """Watching at a rate; where frames are rare, whoever is in one was there."""
    rare = fps <= RARE
    tracker = partial(PeopleTracker, fps, at_once=rare)
    return Watch(finds, tracker, media, WatchSettings(min_seen=1) if rare else WatchSettings(), zones)


def watch_step(settings: Settings, ledger: Ledger) -> ingest.WatchStep:
    """What turns a chunk into shots; raises ValueError when the detector's weights cannot be used."""
    finds = detector(settings)
    media, cameras = open_media(settings.media_url), Cameras(settings.database_url)

    def wish(camera: Camera) -> ingest.Wish:
        fps = camera.fps or settings.fps
        return ingest.Wish(watch(finds, media, fps, Zones(camera.zones, camera.masks)), fps)

    def wish_for(name: str) -> ingest.Wish | None:
        known = cameras.get(name)
        return wish(known) if known else None

    version = ingest.version(finds.name, settings.fps, settings.chunk_seconds)
    watching = watch(finds, media, settings.fps)
    return ingest.WatchStep(watching, ledger, settings.fps, version, wish_for, settings.decoder)


def question(
    settings: Settings, sentence: str, cameras: Sequence[str], *, as_written: bool, examples: bool = False
) -> Question:
    """The sentence as it is understood at this site, or as nothing but a description; raises QueryError.

    Beside `examples` it may be empty.
    """
    if examples and not sentence.strip():
        return Question("", "")
    refused = refused_terms(settings.refused_terms)
    if as_written:
        return literal(sentence, refused)
    return read(sentence, cameras, datetime.now(UTC), zone=settings.zone, refused=refused)


@contextmanager
def search(settings: Settings) -> Iterator[Search]:
    """A search over the index of the settings, closed when done with."""
    network = answering(settings)
    with closing(index(settings, network.model)) as sightings:
        yield Search(network, sightings, pool=settings.pool, threshold=network.threshold)


@contextmanager
def indexes(settings: Settings, opened: Index | None = None) -> Iterator[list[Index]]:
    """Every model's sightings, those that answer first; `opened` is one that this process has open."""
    with ExitStack() as stack:
        kept = stack.enter_context(closing(models(settings)))
        every = []
        for held in sorted(kept.held(), key=lambda held: held.standing is not Standing.ANSWERS):
            if opened is not None and opened.model == held.model:
                every.append(opened)
            else:
                every.append(stack.enter_context(closing(kept.beside(held.model))))
        yield every


@contextmanager
def site(settings: Settings, every: Sequence[Index]) -> Iterator[Site]:
    """Everything that erasing has to reach, `every` model's sightings among it."""
    database = settings.database_url
    with ExitStack() as stack:
        yield Site(
            stack.enter_context(closing(Erasures(database))),
            every,
            open_media(settings.media_url),
            stack.enter_context(closing(Holds(database))),
            stack.enter_context(closing(Audit(database))),
            settings.segments,
        )


@contextmanager
def stores(
    settings: Settings, watch_step: Callable[[], ingest.WatchStep], opened: Index | None = None
) -> Iterator[Stores]:
    """What upkeep looks after, closed when done with; `opened` as of `indexes`."""
    database = settings.database_url
    with ExitStack() as stack:
        every = stack.enter_context(indexes(settings, opened))
        yield Stores(
            cameras=stack.enter_context(closing(Cameras(database))),
            archive=stack.enter_context(closing(Archive(database))),
            media=open_media(settings.media_url),
            indexes=every,
            erasure=stack.enter_context(site(settings, every)),
            recordings=stack.enter_context(closing(Recordings(database))),
            watch_step=watch_step,
            recorded_version=lambda camera: recorded_version(settings, camera.fps),
            chunk_seconds=settings.chunk_seconds,
        )
