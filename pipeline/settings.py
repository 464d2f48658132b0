"""Every setting, read once by the entry points from the environment (`PASSERBY_...`) or `.env`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Defaults run everything in one process under `data/`; the four URLs move it to a cluster."""

    model_config = SettingsConfigDict(env_prefix="PASSERBY_", env_file=".env", extra="ignore", frozen=True)

    data: Path = Field(default=Path("data"), description="Folder that the three defaults below lie in.")
    index: str = Field(
        default="", description="Where sightings are kept: `edge:FOLDER` (default `edge:DATA/index`)."
    )
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

    fps: float = Field(default=5.0, gt=0, description="Frames analysed per second of footage.")
    chunk_seconds: float = Field(
        default=60.0, gt=0, description="Length of footage that is done, or done again, as one."
    )
    batch: int = Field(default=32, ge=1, description="Crops embedded in one pass.")
    pool: int = Field(
        default=200, ge=1, description="Nearest sightings that get the close look of cross-attention."
    )

    @property
    def index_url(self) -> str:
        return self.index or f"edge:{self.data / 'index'}"

    @property
    def media_url(self) -> str:
        return self.media or f"file:{self.data / 'media'}"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'passerby.db'}"
