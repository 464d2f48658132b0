"""Every setting, read once by the entry points from the environment (`PASSERBY_...`) or `.env`."""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipeline.casework.hooks import Reachable
from pipeline.types import Decoding

SECRETS = Path("/run/secrets")  # where containers find files named after a setting: `passerby_database`


class Settings(BaseSettings):
    """Defaults run everything in one process under `data/`; the four URLs move it to a cluster."""

    model_config = SettingsConfigDict(
        env_prefix="PASSERBY_",
        env_file=".env",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
        frozen=True,
    )

    data: Path = Field(default=Path("data"), description="Folder that the three defaults below lie in.")
    index: str = Field(
        default="",
        description="Where sightings are kept: `edge:FOLDER` (default `edge:DATA/index`) or `http://HOST:6333`.",
    )
    index_shards: int = Field(default=1, ge=1, description="Shards of an index that a server makes anew.")
    index_replicas: int = Field(default=1, ge=1, description="Copies of each shard of such an index.")
    index_writes: int = Field(
        default=1, ge=1, description="Copies that must have a sighting before it counts as indexed."
    )
    index_by_day: bool = Field(
        default=False,
        description="Whether each day has shards of its own in such an index, which retention drops whole.",
    )
    index_key: SecretStr = Field(default=SecretStr(""), description="API key of the index's server.")
    media: str = Field(
        default="", description="Where crops are kept, any fsspec URL (default `file:DATA/media`)."
    )
    database: str = Field(
        default="", description="The ledger, any SQLAlchemy URL (default `sqlite:///DATA/passerby.db`)."
    )
    broker: str = Field(
        default="", description="Celery's broker, `redis://...`; empty: every step runs in this process."
    )

    model: str = Field(
        default="", description="ACSA weights (a .safetensors path); empty: the ones that ship."
    )
    detector: str = Field(
        default="", description="Detector weights: an ultralytics name or path; empty: the ones that ship."
    )
    detector_size: int = Field(
        default=640, ge=160, description="Longer side in pixels at which the detector looks."
    )

    runtime: Literal["auto", "torch", "openvino", "cuda"] = Field(
        default="auto", description="What runs the networks: `torch`, `openvino` or `cuda`; `auto` chooses."
    )
    decoder: Decoding = Field(
        default="auto",
        description="What decodes footage: `processor`, `cuda`, `vaapi` or `videotoolbox`; `auto` chooses.",
    )
    cache: Path = Field(
        default=Path("~/.cache/passerby"),
        description="Where networks are kept as they were prepared for this processor.",
    )
    fps: float = Field(default=5.0, gt=0, description="Frames analysed per second of footage.")
    chunk_seconds: float = Field(
        default=60.0, gt=0, description="Length of footage that is done, or done again, as one."
    )
    cameras: Path = Field(
        default=Path("cameras.toml"), description="The cameras of a site, entered by recorders that find it."
    )
    keep_segments: float = Field(
        default=24.0, ge=0, description="Hours for which recorded footage stays after it was watched."
    )
    nightly: str = Field(
        default="02:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Time of day for upkeep: recordings, retention, backfill, integrity.",
    )
    batch: int = Field(default=32, ge=1, description="Crops embedded in one pass.")
    pool: int = Field(
        default=200, ge=1, description="Nearest sightings that get the close look of cross-attention."
    )

    upload_megabytes: int = Field(default=4096, ge=1, description="Longest file that the service takes.")
    upload_hours: float = Field(default=24.0, gt=0, description="Longest footage that the service takes.")

    asks_a_minute: int = Field(
        default=120,
        ge=1,
        description="Searches, frames, clips and exports that one account may ask for in a minute.",
    )

    webhook_hosts: str = Field(
        default="",
        description="Hosts and networks that alerts may reach although they are not public, with commas.",
    )

    timezone: str = Field(
        default="", description="Time zone of questions and answers, `Europe/Berlin`; empty: this machine's."
    )
    refused_terms: str = Field(
        default="",
        description="Terms not allowed in descriptions (a path or `off`); empty: the list that ships.",
    )

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name and name not in available_timezones():
            raise ValueError(f'"{name}" is no time zone; write for example Europe/Berlin, or UTC')
        return name

    @field_validator("webhook_hosts")
    @classmethod
    def _hosts(cls, text: str) -> str:
        Reachable.read(text)
        return text

    @property
    def zone(self) -> ZoneInfo | None:
        """None stands for the machine's own, whose summer time the system knows."""
        return ZoneInfo(self.timezone) if self.timezone else None

    @property
    def segments(self) -> Path:
        """Where recorders put footage; absolute, for whoever watches it was started elsewhere."""
        return (self.data / "segments").resolve()

    @property
    def networks(self) -> Path:
        """Where prepared networks are."""
        return self.cache.expanduser()

    @property
    def index_url(self) -> str:
        return self.index or f"edge:{self.data / 'index'}"

    @property
    def media_url(self) -> str:
        return self.media or f"file:{self.data / 'media'}"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'passerby.db'}"
