"""Footage that is uploaded."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from pipeline.ingest import NAME
from pipeline.settings import Settings
from storage.accounts.permissions import Action, Principal
from web.examples import RECEIVED, like
from web.moments import utc
from web.problems import Problem
from web.security import By, allowed
from web.site import SiteOf
from web.uploads import MEGABYTE, Uploads, plan

router = APIRouter(tags=["footage"])

_BLOCK = 1 << 20
_AROUND = 1 << 16  # bytes of a form around its file

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


class Received(BaseModel):
    """What became of an upload."""

    model_config = like(RECEIVED)

    camera: str
    new: int  # chunks to watch; 0: all of it is known already
    began: datetime
    clock: str  # where `began` comes from: given, container, file
    seconds: float
    size: tuple[int, int]  # width, height


def longest(settings: Settings) -> int:
    """Bytes of a request with footage."""
    return settings.upload_megabytes * MEGABYTE + _AROUND


@router.post("/footage", status_code=202, openapi_extra=BODY)
async def upload(
    request: Request,
    principal: Annotated[Principal, Depends(allowed(Action.INGEST))],
    by: By,
    site: SiteOf,
    camera: Annotated[str, Query(max_length=64, description="Which camera recorded it.")],
    name: Annotated[str, Query(max_length=255, description="Of the file; a form brings its own.")] = "",
    began: Annotated[datetime | None, Query(description="When its first picture was taken.")] = None,
) -> Received:
    """Take a video or a picture, as a form or as the plain body, and let it be watched and indexed."""
    if not NAME.fullmatch(camera):
        raise Problem(422, 'camera: use letters, digits, spaces, "-", "_" and ".", at most 64')
    if not principal.sees(camera):
        raise Problem(403, "your account is limited to some cameras and this is none of them")
    uploads, at = Uploads.of(site.settings), utc(began, site.settings.zone)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem(422, "the form has no file in its field file")
            source = await uploads.receive(name or file.filename or "", _blocks(file), at)
    else:
        source = await uploads.receive(name, request.stream(), at)
    new = await run_in_threadpool(plan, source, camera, site.ledger, site.settings)
    told = {"camera": camera, "name": name, "fingerprint": source.fingerprint}
    await run_in_threadpool(lambda: site.audit.append(by, "upload", **told))
    assert source.began is not None and source.size is not None, "a recording has both"  # noqa: PT018
    return Received(
        camera=camera,
        new=new,
        began=source.began,
        clock=source.clock,
        seconds=source.duration or 0.0,
        size=source.size,
    )


async def _blocks(file: UploadFile) -> AsyncIterator[bytes]:
    while block := await file.read(_BLOCK):
        yield block
