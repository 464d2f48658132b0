"""An object store that speaks S3, by moto's server; all in memory."""

import importlib.util
import sys
from collections.abc import Sequence

from bench.servers.server import MissingError, Server


class S3(Server):
    """A store without a bucket. Raises MissingError."""

    def __init__(self) -> None:
        super().__init__()
        for package, needed in (("moto", "moto[server]"), ("s3fs", "s3fs")):
            if importlib.util.find_spec(package) is None:
                raise MissingError(f"no S3: pip install '{needed}'")

    def command(self) -> Sequence[str]:
        return (sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port))

    def answers(self) -> bool:
        return self._listens()

    @property
    def environment(self) -> dict[str, str]:
        """What tells a client where the store is and who asks."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
