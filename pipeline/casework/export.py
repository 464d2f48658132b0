"""A case as a ZIP: crops, clips, tables, and the hash of each file in a manifest."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from PIL import Image as Pictures

from models.types import Image
from pipeline.footage.around import GoneError
from pipeline.privacy import blur_head
from storage.casework.cases import Case, Entry
from storage.errors import DamagedError
from storage.footage.overview import Seen
from storage.types import Shot

MANIFEST = "manifest.sha256"  # as `sha256sum --check` reads it
_QUALITY = 92  # JPEG
_COLUMNS = (
    "number",
    "sighting",
    "camera",
    "began",
    "ended",
    "taken",
    "note",
    "added",
    "added_by",
    "state",
    "folder",
)


class Source(Protocol):
    """Where the pictures and clips of an export come from."""

    def sighting(self, identity: UUID) -> Seen | None: ...

    def shots(self, shot: Shot) -> Sequence[Shot]:
        """All shots of the same track, best first."""

    def crop(self, key: str) -> Image:
        """Raises FileNotFoundError or DamagedError."""

    def clip(self, seen: Seen) -> bytes:
        """An MP4 around the sighting; raises GoneError."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who takes a case out, what of it and why."""

    by: str
    at: datetime  # UTC
    reason: str = ""  # why faces are shown; without one they are hidden
    clips: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """What went into an export, for the audit log."""

    entries: int
    files: int
    manifest: str  # SHA-256 of the manifest, which holds those of all files


@dataclass(slots=True)
class _Stream(io.RawIOBase):
    """A file that is only written to and handed on piece by piece, so that no export has to fit anywhere."""

    pieces: list[bytes] = field(default_factory=list)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken


class _Archive:
    """A ZIP that grows, and the hashes of what is in it."""

    def __init__(self, at: datetime) -> None:
        self._stream = _Stream()
        self._zip = ZipFile(cast(Any, self._stream), "w")
        self._at = at.timetuple()[:6]
        self.hashes: dict[str, str] = {}

    def put(self, path: str, data: bytes, *, packed: bool = False) -> bytes:
        """Add a file; returns what of the ZIP is written by now."""
        entry = ZipInfo(path, self._at)
        entry.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        entry.external_attr = 0o644 << 16
        self._zip.writestr(entry, data)
        self.hashes[path] = hashlib.sha256(data).hexdigest()
        return self._stream.take()

    def end(self) -> bytes:
        self._zip.close()
        return self._stream.take()


def export(
    case: Case, entries: Sequence[Entry], wanted: Wanted, source: Source, done: Callable[[Summary], None]
) -> Iterator[bytes]:
    """The ZIP, piece by piece; `done` is called when all of it but its end is there.

    It holds `case.json`, `entries.csv`, a folder for each entry that was not erased with `crop-N.jpg` and
    `clip.mp4`, and `manifest.sha256`. What is not kept any more is named in `case.json`. A ZIP that broke
    off does not open.
    """
    archive = _Archive(wanted.at)
    told: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        record, files = {"number": number, **_plain(asdict(entry))}, list[str]()
        folder = f"{number:03d}-{entry.camera}-{entry.taken:%Y%m%dT%H%M%SZ}" if entry.taken else ""
        missing: list[str] = []
        for name, data in _files(entry, wanted, source, missing):
            files.append(f"{folder}/{name}")
            yield archive.put(files[-1], data)
        state = "erased" if entry.erased else "kept" if files else "not kept any more"
        told.append(
            {**record, "state": state, "folder": folder if files else "", "files": files, "missing": missing}
        )
    yield archive.put("case.json", _json(case, wanted, told), packed=True)
    yield archive.put("entries.csv", _csv(told), packed=True)
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(archive.hashes.items()))
    number = len(archive.hashes)
    yield archive.put(MANIFEST, lines.encode(), packed=True)
    done(Summary(len(entries), number, archive.hashes[MANIFEST]))
    yield archive.end()


def _files(entry: Entry, wanted: Wanted, source: Source, missing: list[str]) -> Iterator[tuple[str, bytes]]:
    """Names and contents; what is not there is said in `missing`."""
    seen = None if entry.sighting is None else source.sighting(entry.sighting)
    if seen is None:
        if entry.sighting is not None:
            missing.append("the sighting is not kept any more")
        return
    for place, shot in enumerate(source.shots(seen.shot), 1):
        try:
            image = source.crop(shot.crop)
        except (FileNotFoundError, DamagedError):
            missing.append(f"crop-{place}.jpg is not kept any more")
        else:
            yield f"crop-{place}.jpg", _jpeg(image if wanted.reason else blur_head(image))
    if wanted.clips:
        try:
            yield "clip.mp4", source.clip(seen)
        except GoneError as error:
            missing.append(str(error))


def _json(case: Case, wanted: Wanted, told: Sequence[dict[str, Any]]) -> bytes:
    record = {
        "case": _plain({**asdict(case), "entries": len(told)}),
        "exported": {
            "by": wanted.by,
            "at": wanted.at.isoformat(),
            "faces": "shown" if wanted.reason else "hidden",
            "reason": wanted.reason,
            "clips": wanted.clips,
        },
        "entries": list(told),
    }
    return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()


def _csv(told: Sequence[dict[str, Any]]) -> bytes:
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, _COLUMNS, extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    for record in told:
        table.writerow({name: _cell(record[name]) for name in _COLUMNS})
    return file.getvalue().encode("utf-8-sig")  # spreadsheets take it for another encoding without the mark


def _cell(value: Any) -> Any:
    """A spreadsheet must not take what somebody wrote for a formula."""
    text = "" if value is None else value
    return f"'{text}" if isinstance(text, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in record.items()
    }


def _jpeg(image: Image) -> bytes:
    file = io.BytesIO()
    Pictures.fromarray(image).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
