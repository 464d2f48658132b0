"""Whether ledger, crops and index agree, and what is done where they do not."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.keeping.upkeep import Hold, Stores
from storage.types import Shot, Where

_YOUNG = timedelta(days=1)  # a crop may lie there that long before the ledger knows of it

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CROP = re.compile(r"\d{6}-.{1,8}-\d+-\d+\.jpg")  # as `pipeline.ingest.keep` names them


def check(stores: Stores, now: datetime, hold: Hold) -> str:
    """Compare the stores, a camera and a day at a time.

    Recordings whose crops are lost are watched again while their footage is there. Crops that the ledger
    does not know are deleted after a day. What cannot be mended is named.
    """
    lost: dict[str, int] = {}
    strays = beyond = 0
    for camera in stores.erasure.ledger.cameras():
        for day in _days(stores, camera):
            hold()
            shots = stores.archive.of_day(camera, day.date())
            there = stores.media.keys(f"{camera}/{day:%Y-%m-%d}")
            gone = stores.archive.still([shot for shot in shots if shot.crop not in there])
            for shot in gone:
                lost[shots[shot]] = lost.get(shots[shot], 0) + 1
            stray = _strays(shots, there, now)
            stores.media.delete(stray)
            strays += len(stray)
        beyond += _beyond(stores, camera)
    mended, beyond_help = _mend(stores, lost)
    said = [
        f"{sum(lost.values())} crops are lost, {mended} recordings wait to be watched again",
        f"{strays} crops of nobody were deleted",
    ]
    if beyond_help:
        said.append(f"the footage to make crops again is gone of {', '.join(sorted(beyond_help))}")
    if beyond:
        said.append(f"the index has {beyond} sightings that the ledger does not know")
    return "; ".join(said)


def _days(stores: Stores, camera: str) -> Iterator[datetime]:
    named = {name for name in stores.media.folders(camera) if _DAY.fullmatch(name)}
    for day in sorted(named | {day.isoformat() for day in stores.archive.days(camera)}):
        yield datetime.fromisoformat(day)


def _strays(shots: dict[Shot, str], there: dict[str, datetime], now: datetime) -> list[str]:
    known = {shot.crop for shot in shots}
    return [
        key
        for key, written in there.items()
        if key not in known and now - written > _YOUNG and _CROP.fullmatch(Path(key).name)
    ]


def _beyond(stores: Stores, camera: str) -> int:
    """How many sightings the index surely has that the ledger does not know."""
    if not stores.indexes:
        return 0
    # The index first: what is watched and indexed meanwhile may only hide one, never make one up.
    number = stores.indexes[0].count(Where((camera,)))
    return max(0, number - stores.archive.count(camera))


def _mend(stores: Stores, lost: dict[str, int]) -> tuple[int, set[str]]:
    """How many recordings are watched again, and the cameras of those that cannot be."""
    mended, beyond_help = 0, set[str]()
    for recording in stores.archive.recordings(lost):
        if recording.places and all(Path(place).exists() for place in recording.places):
            stores.archive.watch_again(recording)
            mended += 1
        else:
            beyond_help.add(recording.camera)
    return mended, beyond_help
