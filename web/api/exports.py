"""A case as a ZIP, made while it is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from models.types import Image
from pipeline.casework.export import Summary, Wanted, export
from pipeline.footage import around
from pipeline.privacy import hidden
from storage.accounts.audit import Actor
from storage.accounts.permissions import Action, Principal
from storage.footage.overview import Seen
from storage.types import Shot
from web.api.cases import Keeper, Number, known
from web.security import By, Paced
from web.site import Site, SiteOf

router = APIRouter(prefix="/cases", tags=["cases"])

ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}, "description": "A ZIP"}}
Because = Annotated[
    str, Query(max_length=500, description="Why faces have to be seen; without it they are hidden.")
]


@dataclass(frozen=True, slots=True, eq=False)
class _Pictures:
    """Where an export takes pictures and clips from: what whoever asks may see, as they may see it."""

    site: Site
    principal: Principal
    faces: bool

    def sighting(self, identity: UUID) -> Seen | None:
        return self.site.overview.sighting(identity, self.principal.cameras)

    def shots(self, shot: Shot) -> Sequence[Shot]:
        return self.site.overview.appearances([shot])[shot.id]

    def crop(self, key: str) -> Image:
        return self.site.media.get(key)

    def clip(self, seen: Seen) -> bytes:
        def cut() -> bytes:
            images = around.clip(seen, self.site.settings.segments)
            return around.encoded(images if self.faces else hidden(images, self.site.detector()))

        return self.site.clips.get((seen.shot.id, self.faces), cut, patient=True)


@router.get("/{id}/export", response_class=StreamingResponse, responses=ZIP, dependencies=[Paced])
def export_case(
    id: Number,
    principal: Keeper,
    by: By,
    site: SiteOf,
    reason: Because = "",
    clips: Annotated[bool, Query(description="With clips, which take seconds each.")] = True,
) -> StreamingResponse:
    """Crops, clips, tables and a manifest of SHA-256 hashes of what you may see of the case.

    Faces are hidden unless somebody who may see them gives a reason. The audit log keeps the hash of the
    manifest. An export that broke off does not open as a ZIP.
    """
    principal.require(Action.EXPORT)
    if reason:
        principal.require(Action.UNBLUR)
    case, entries = known(id, principal, site), site.cases.entries(id, principal.cameras)
    wanted = Wanted(principal.name, site.clock(), reason, clips)
    faces = "shown" if reason else "hidden"
    shown = [str(entry.sighting) for entry in entries if entry.sighting is not None]
    site.audit.append(by, "export_case", str(id), faces=faces, reason=reason, shown=shown)

    def done(summary: Summary) -> None:
        _note(site, by, id, summary)

    pieces = export(case, entries, wanted, _Pictures(site, principal, bool(reason)), done)
    name = f"case-{id}-{wanted.at:%Y%m%dT%H%M%SZ}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_whole(pieces), media_type="application/zip", headers=headers)


def _whole(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Without the empty ones, which would end nothing but cost a message each."""
    yield from filter(None, pieces)


def _note(site: Site, by: Actor, case: int, summary: Summary) -> None:
    told = {"files": summary.files, "manifest": summary.manifest}
    site.audit.append(by, "exported_case", str(case), **told)
