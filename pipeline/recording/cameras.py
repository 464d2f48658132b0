"""The cameras of a site: read from cameras.toml or the command line, checked, brought into the database."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.footage.probe import probe
from pipeline.footage.sources import is_stream
from pipeline.ingest import NAME
from pipeline.recording.hours import Hours
from storage.footage.cameras import Camera, Cameras

_EXAMPLES = {
    "name": 'name = "north-gate"',
    "url": 'url = "rtsp://user:password@192.0.2.7/stream"',
    "fps": "fps = 5",
    "zones": "zones = [[[0, 0.5], [1, 0.5], [1, 1], [0, 1]]]",
    "masks": "masks = [[[0, 0], [0.3, 0], [0.3, 0.2]]]",
    "hours": 'hours = "mon-fri 07:00-19:00, sat 08:00-12:00"',
    "retention_days": "retention_days = 30",
    "batch": "batch = true",
    "enabled": "enabled = false",
}


class CamerasError(ValueError):
    """A camera that cannot be used as described, with what to do."""


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError('use letters, digits, spaces, "-", "_" and ".", at most 64')
    return name


def _located(url: str) -> str:
    """A stream's address, or the absolute path of a file or folder, which must be there."""
    if url.lower().startswith("file://"):
        url = url[len("file://") :]
    if is_stream(url):
        probe(url)  # raises SourceError, which is a ValueError
        return url
    path = Path(url).expanduser()
    if not path.exists():
        raise ValueError(f"{url} is no address of a stream, no file and no folder; check how it is written")
    return str(path.resolve())


def _timed(hours: str) -> str:
    Hours.read(hours)
    return hours


Share = Annotated[float, Field(ge=0, le=1)]
Corners = Annotated[tuple[tuple[Share, Share], ...], Field(min_length=3)]


class CameraForm(BaseModel):
    """A camera as somebody writes it down."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_named)]
    url: Annotated[str, AfterValidator(_located)]
    fps: float | None = Field(default=None, gt=0, le=60)
    zones: tuple[Corners, ...] = ()
    masks: tuple[Corners, ...] = ()
    hours: Annotated[str, AfterValidator(_timed)] = ""
    retention_days: int | None = Field(default=None, ge=1)
    batch: bool = False
    enabled: bool = True


def camera(fields: dict[str, Any], source: Literal["file", "database"]) -> Camera:
    """A camera from loose values; raises CamerasError with one sentence for each that is wrong."""
    try:
        form = CameraForm.model_validate(fields)
    except ValidationError as error:
        raise CamerasError("; ".join(_sentence(wrong) for wrong in error.errors())) from None
    return Camera(**form.model_dump(), source=source)


def read_file(path: Path) -> list[Camera]:
    """The cameras of a cameras.toml, one table [[camera]] each.

    Raises CamerasError with the line and the fix for everything that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except OSError as error:
        raise CamerasError(f"{path} cannot be read: {error.strerror}; check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CamerasError(f"{path} is no TOML: {error}") from None
    lines = text.splitlines()
    entries = tables.get("camera", [])
    if set(tables) - {"camera"} or not isinstance(entries, list):
        key = next((key for key in tables if key != "camera"), "camera")
        raise CamerasError(
            f"{path}, line {_line(lines, key)}: {key!r} does not belong here; "
            "begin each camera with [[camera]]"
        )
    found: dict[str, Camera] = {}
    wrongs: list[str] = []
    for number, entry in enumerate(entries):
        try:
            form = CameraForm.model_validate(entry)
        except ValidationError as error:
            wrongs += [
                f"{path}, line {_line(lines, str(wrong['loc'][0]), number)}: {_sentence(wrong)}"
                for wrong in error.errors()
            ]
            continue
        if form.name in found:
            place = _line(lines, "name", number)
            wrongs.append(f"{path}, line {place}: there is a camera {form.name} above; give another name")
        found[form.name] = Camera(**form.model_dump(), source="file")
    if wrongs:
        raise CamerasError("\n".join(wrongs))
    return list(found.values())


def sync(path: Path, cameras: Cameras) -> tuple[list[str], list[str]]:
    """Bring the database in line with cameras.toml; return the names entered or changed, and removed.

    Cameras added by hand stay as they are; raises CamerasError when the file has one of the same name.
    """
    wanted = {each.name: each for each in read_file(path)}
    known = {each.name: each for each in cameras.all()}
    for name in wanted:
        if name in known and known[name].source == "database":
            raise CamerasError(
                f"{path}: a camera {name} was added by hand already; rename it here, or run "
                f"passerby cameras remove {name}"
            )
    changed = [name for name, each in wanted.items() if known.get(name) != each]
    gone = [name for name, each in known.items() if each.source == "file" and name not in wanted]
    for name in changed:
        cameras.put(wanted[name])
    for name in gone:
        cameras.remove(name)
    return changed, gone


def _sentence(wrong: Any) -> str:
    """What pydantic found, in a sentence with an example of how it is right."""
    key = str(wrong["loc"][0])
    if wrong["type"] == "extra_forbidden":
        return f"a camera has no {key!r}; it has {', '.join(_EXAMPLES)}"
    if wrong["type"] == "missing":
        return f"the camera has no {key}; write {_EXAMPLES[key]}"
    reason = wrong["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: {reason[0].lower()}{reason[1:]}; write for example {_EXAMPLES[key]}"


def _line(lines: list[str], key: str, number: int | None = None) -> int:
    """Where a key of the file, or of the camera of that number, stands: the nearest line that can be said."""
    starts = [row for row, line in enumerate(lines) if re.match(r"\s*\[\[\s*camera\s*\]\]", line)]
    begin = 0 if number is None or number >= len(starts) else starts[number]
    end = starts[number + 1] if number is not None and number + 1 < len(starts) else len(lines)
    for row in range(begin, end):
        if re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=\].]", lines[row]):
            return row + 1
    return begin + 1
