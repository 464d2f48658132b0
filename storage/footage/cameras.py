"""The cameras of a site, as everybody who records, watches or asks for them finds them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage.database.answering import answering
from storage.database.tables import cameras, open_database, reading, twice

Polygon = tuple[tuple[float, float], ...]  # corners x, y as shares 0..1 of the picture's width and height


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera and what is wanted of it."""

    name: str
    url: str = field(repr=False)  # a stream, a file or a folder; may carry a password
    fps: float | None = None  # frames analysed per second; None: as the setting says
    zones: tuple[Polygon, ...] = ()  # people whose feet are in none of them are not kept; none: everywhere
    masks: tuple[Polygon, ...] = ()  # nor people whose feet are in one of these
    hours: str = ""  # when to record, as `pipeline.recording.hours` reads it; empty: always
    retention_days: int | None = None  # sightings older than this go; None: they stay
    batch: bool = False  # watched at night, not as it comes
    enabled: bool = True
    source: Literal["file", "database"] = "database"  # cameras.toml, or added by hand


class Cameras:
    """Every method is one transaction, and raises OSError while the database does not answer."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`url` is any SQLAlchemy URL; raises OSError or NewerSchemaError."""
        self._engine = open_database(url)
        self._clock = clock

    def close(self) -> None:
        self._engine.dispose()

    def all(self) -> list[Camera]:
        """Every camera, by name."""
        with reading(self._engine) as connection:
            return [_camera(row) for row in connection.execute(select(cameras).order_by(cameras.c.name))]

    def get(self, name: str) -> Camera | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(cameras).where(cameras.c.name == name)).one_or_none()
        return None if row is None else _camera(row)

    def add(self, camera: Camera) -> bool:
        """Enter a new camera; False when there is one of that name."""
        row = {**_row(camera), "changed": self._clock()}

        def enter(connection: Connection) -> bool:
            mine = select(cameras.c.name).where(cameras.c.name == camera.name)
            if connection.scalar(mine) is not None:
                return False
            connection.execute(insert(cameras).values(row))
            return True

        with answering():
            return twice(self._engine, enter)

    def change(self, known: Camera, wanted: Camera) -> bool:
        """Put one in place of the other; False when that is not what the camera is any more."""
        row = {**_row(wanted), "changed": self._clock()}
        mine = select(cameras).where(cameras.c.name == known.name).with_for_update()
        with answering(), self._engine.begin() as connection:
            found = connection.execute(mine).one_or_none()
            if found is None or _camera(found) != known:
                return False
            connection.execute(update(cameras).where(cameras.c.name == known.name).values(row))
        return True

    def put(self, camera: Camera) -> None:
        """Enter the camera, in place of one of the same name."""
        row = {**_row(camera), "changed": self._clock()}

        def enter(connection: Connection) -> None:
            known = update(cameras).where(cameras.c.name == camera.name).values(row)
            if not connection.execute(known).rowcount:
                connection.execute(insert(cameras).values(row))

        with answering():
            twice(self._engine, enter)

    def remove(self, name: str) -> bool:
        """Forget a camera, not its footage; False when there is none of that name."""
        with answering(), self._engine.begin() as connection:
            return connection.execute(delete(cameras).where(cameras.c.name == name)).rowcount == 1


def _row(camera: Camera) -> dict[str, Any]:
    areas = {"zones": camera.zones, "masks": camera.masks}
    return {
        "name": camera.name,
        "url": camera.url,
        "fps": camera.fps,
        "zones": json.dumps(areas) if camera.zones or camera.masks else "",
        "hours": camera.hours,
        "retention_days": camera.retention_days,
        "batch": camera.batch,
        "enabled": camera.enabled,
        "source": camera.source,
    }


def _camera(row: Row[Any]) -> Camera:
    areas = json.loads(row.zones) if row.zones else {"zones": [], "masks": []}
    return Camera(
        name=row.name,
        url=row.url,
        fps=row.fps,
        zones=_polygons(areas["zones"]),
        masks=_polygons(areas["masks"]),
        hours=row.hours,
        retention_days=row.retention_days,
        batch=row.batch,
        enabled=row.enabled,
        source=row.source,
    )


def _polygons(lists: list[list[list[float]]]) -> tuple[Polygon, ...]:
    return tuple(tuple((x, y) for x, y in corners) for corners in lists)
