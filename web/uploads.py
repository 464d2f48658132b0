"""Footage that comes in over the network: received, checked, kept, and planned for watching."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from fastapi.concurrency import run_in_threadpool

from pipeline.footage.sources import PICTURES, VIDEOS, Source
from pipeline.ingest import cut, version
from pipeline.settings import Settings
from storage.footage.ledger import Ledger
from web.problems import Problem

RESERVE = 1 << 30  # bytes of the disk that stay free
PATIENCE = 60.0  # seconds for looking at a file
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder of what was uploaded."""

    folder: Path
    megabytes: int  # of the longest file
    hours: float  # of the longest footage

    @classmethod
    def of(cls, settings: Settings) -> "Uploads":
        folder = (settings.data / "uploads").resolve()  # whoever watches it was started elsewhere
        return cls(folder, settings.upload_megabytes, settings.upload_hours)

    async def receive(self, name: str, data: AsyncIterator[bytes], began: datetime | None) -> Source:
        """Keep a file if it is footage; raises Problem, with nothing left behind, if it is not.

        It is kept under its fingerprint, so that the same footage lies there once. Of `name` only the ending
        counts.
        """
        suffix = Path(name).suffix.lower()
        if suffix not in VIDEOS | PICTURES:
            raise Problem(415, f'"{name}" has no ending of a video or picture, such as .mp4 or .jpg')
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f".{token_hex(8)}{suffix}"
        try:
            await self._write(fresh, data)
            source = await run_in_threadpool(_inspected, fresh)
            if source.duration and source.duration > self.hours * 3600:
                raise Problem(413, f"the footage lasts over {self.hours:g} hours: cut it")
            kept = self.folder / f"{source.fingerprint}{suffix}"
            fresh.replace(kept)
        finally:
            fresh.unlink(missing_ok=True)
        return _located(source, kept, began)

    async def _write(self, path: Path, data: AsyncIterator[bytes]) -> None:
        length = 0
        with path.open("wb") as file:
            async for block in data:
                length += len(block)
                if length > self.megabytes * MEGABYTE:
                    raise Problem(413, f"the file has over {self.megabytes:,} MB: cut it")
                if shutil.disk_usage(self.folder).free - len(block) < RESERVE:
                    raise Problem(507, "the disk is nearly full: ask an administrator to make room")
                await run_in_threadpool(file.write, block)


def plan(source: Source, camera: str, ledger: Ledger, settings: Settings) -> int:
    """Enter the footage in the ledger; return how many chunks it did not know."""
    # As with recorders, the setting itself stands for the detector, which is not loaded here.
    named = version(settings.detector, settings.fps, settings.chunk_seconds)
    return ledger.plan(cut(source, camera, settings.chunk_seconds, named))


def _inspected(path: Path) -> Source:
    command = [sys.executable, "-m", "web.inspection", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, text=True)
    except subprocess.TimeoutExpired:
        raise Problem(422, "looking at the file takes too long: it may be damaged") from None
    if done.returncode == 2:
        raise Problem(415, done.stderr.strip())
    if done.returncode:
        raise Problem(422, "the file cannot be decoded within limits: it may be damaged")
    found = json.loads(done.stdout)
    return Source(**{**found, "size": tuple(found["size"]), "began": datetime.fromisoformat(found["began"])})


def _located(source: Source, kept: Path, began: datetime | None) -> Source:
    source = replace(source, location=str(kept), name=kept.name)
    return source if began is None else replace(source, began=began, clock="given")
