"""Figures for Prometheus: some are counted as they happen, the others are read when somebody asks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from web.site import Site

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Meters:
    """What is counted as it happens."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    searching: Histogram = field(init=False)

    def __post_init__(self) -> None:
        said = "Seconds that a stage of answering took"
        searching = Histogram(
            "passerby_search_seconds", said, ["stage"], buckets=BUCKETS, registry=self.registry
        )
        object.__setattr__(self, "searching", searching)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Times one stage of answering a question."""
        began = perf_counter()
        try:
            yield
        finally:
            self.searching.labels(name).observe(perf_counter() - began)


class Snapshot(Collector):
    """What is read from the stores at the moment of asking."""

    def __init__(self, site: "Site") -> None:
        self._site = site

    def collect(self) -> Iterable[Metric]:
        site, now = self._site, self._site.clock()
        chunks = GaugeMetricFamily("passerby_chunks", "Chunks of footage by state", labels=["state"])
        for state, number in site.overview.counts(None).items():
            chunks.add_metric([state], number)
        yield chunks
        waiting = GaugeMetricFamily(
            "passerby_waiting_chunks", "Chunks that are not searchable yet", labels=["camera"]
        )
        age = GaugeMetricFamily(
            "passerby_queue_age_seconds", "Since the chunk that waits longest came", labels=["camera"]
        )
        lag = GaugeMetricFamily(
            "passerby_camera_lag_seconds", "Age of the oldest footage not searchable yet", labels=["camera"]
        )
        for backlog in site.overview.backlog(None):
            waiting.add_metric([backlog.camera], backlog.chunks)
            age.add_metric([backlog.camera], _since(backlog.since, now))
            lag.add_metric([backlog.camera], _since(backlog.footage, now))
        yield from (waiting, age, lag)
        seen = GaugeMetricFamily("passerby_shots", "Shots of people in the ledger", labels=["camera"])
        people = site.overview.cameras(None)
        for camera, number in people.items():
            seen.add_metric([camera], number)
        yield seen
        gaps = GaugeMetricFamily("passerby_recorder_gaps", "Times that recording stopped", labels=["camera"])
        still = GaugeMetricFamily("passerby_recorder_stopped", "1 while recording stands", labels=["camera"])
        for camera, (number, open_now) in site.overview.gaps().items():
            gaps.add_metric([camera], number)
            still.add_metric([camera], float(open_now))
        yield from (gaps, still)
        if site.finder.ready:
            model, number = site.finder.held()
            sightings = GaugeMetricFamily(
                "passerby_sightings", "Sightings of the model that answers", labels=["model"]
            )
            sightings.add_metric([model], number)
            lacking = GaugeMetricFamily(
                "passerby_shots_without_sighting",
                "Shots that the model that answers has no vectors of; the nightly backfill mends it",
                labels=["model"],
            )
            lacking.add_metric([model], max(0, sum(people.values()) - number))
            yield from (sightings, lacking)


def exposed(site: "Site") -> bytes:
    """All figures in Prometheus' text format."""
    snapshot = CollectorRegistry()
    snapshot.register(Snapshot(site))
    return generate_latest(site.meters.registry) + generate_latest(snapshot)


def _since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
