"""A shard of its own for every day, which retention drops whole instead of deleting what is in it."""

from collections.abc import Iterable
from datetime import UTC, datetime

from storage.errors import UnavailableError
from storage.sightings.qdrant_server import Server
from storage.types import Sighting, Where


class Days:
    """The days, "2026-03-01", that a collection whose shards go by days has some of."""

    def __init__(self, server: Server, collection: str) -> None:
        self._server, self._client, self._collection = server, server.client, collection

    def there(self) -> list[str]:
        """From the oldest on."""
        found = self._server.ask(self._client.list_shard_keys, self._collection).shard_keys or []
        return sorted(str(each.key) for each in found)

    def make(self, days: Iterable[str]) -> None:
        """Make the shards of these days unless they are there; a server takes no point of any other."""
        for day in sorted(set(days).difference(self.there())):
            cluster = self._server.cluster
            try:
                self._server.ask(
                    self._client.create_shard_key,
                    self._collection,
                    day,
                    shards_number=cluster.shards,
                    replication_factor=cluster.replicas,
                )
            except UnavailableError:
                if day not in self.there():  # else another process was faster
                    raise

    def drop(self, day: str) -> None:
        """Delete the day with everything in it."""
        try:
            self._server.ask(self._client.delete_shard_key, self._collection, day)
        except UnavailableError:
            if day in self.there():  # else another process was faster
                raise


def day_of(sighting: Sighting) -> str:
    """The day, in UTC, on which the track began: the same whenever a sighting is written again."""
    return _day(sighting.shot.began)


def before(where: Where, days: Iterable[str]) -> list[str]:
    """Those of the days that lie before the time up to which `where`, without a beginning, reaches."""
    if where.before is None or where.after is not None:
        return []
    last = _day(where.before)
    return [day for day in days if day < last]


def _day(time: datetime) -> str:
    return time.astimezone(UTC).date().isoformat()
