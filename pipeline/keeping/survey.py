"""Count what an erasure would reach, without touching it."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from pipeline.keeping.kept_footage import ended, showing
from pipeline.recording.segments import finished, taken
from storage.accounts.audit import Audit
from storage.accounts.holds import HeldError, Hold, Holds
from storage.accounts.permissions import Action, Principal, allowed
from storage.footage.chunks import State
from storage.footage.erasures import Erasures, Selection, Stretch
from storage.types import Shot, Where

UNWATCHED = (State.QUEUED, State.QUARANTINED)
_SHOWN = 5  # names in a sentence


class ErasableIndex(Protocol):
    """Sightings of one model."""

    def count(self, where: Where = ...) -> int: ...

    def cameras(self) -> tuple[str, ...]: ...

    def held(self, ids: Iterable[UUID]) -> set[UUID]: ...

    def delete(self, where: Where) -> int: ...

    def delete_ids(self, ids: Iterable[UUID]) -> int: ...

    def optimize(self) -> None: ...


class ErasableMedia(Protocol):
    """Pictures under keys."""

    def exists(self, key: str) -> bool: ...

    def delete(self, keys: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Site:
    """Everything an erasure reaches."""

    ledger: Erasures
    indexes: Sequence[ErasableIndex]  # one of each model
    media: ErasableMedia
    holds: Holds
    audit: Audit
    segments: Path  # what recorders keep


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants what to be erased, and why."""

    selection: Selection
    principal: Principal
    address: str = ""
    reason: str = ""
    confirmed: int | None = None  # the number of sightings, said again
    around_holds: bool = False  # spare what is held, as retention does, instead of refusing it all


@dataclass(frozen=True, slots=True)
class Target:
    """What goes."""

    where: Where | None  # asks the indexes, whatever the ledger knows; None: `ids` alone
    ids: tuple[UUID, ...]
    crops: tuple[str, ...]
    segments: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of a target."""

    sightings: int  # in the indexes of all models together
    shots: int  # in the ledger
    crops: int
    segments: int  # files of footage
    alerts: int
    entries: int  # of cases


@dataclass(frozen=True, slots=True)
class Survey:
    """What an erasure would do."""

    selection: Selection
    target: Target
    settled: tuple[Stretch, ...]  # chunks out of which nothing more may come
    before: Counts
    number: int  # sightings that go, by the ledger or the index that knows of more
    total: int  # sightings there are, counted likewise
    remains: tuple[str, ...]  # what stays and why, one sentence each


def survey(site: Site, request: Request) -> Survey:
    """Find everything that `request` names.

    Raises ForbiddenError, UnknownCameraError, HeldError when a legal hold covers some of it, and ValueError
    when nothing is named or a sighting is unknown.
    """
    request.principal.require(Action.ERASE)
    selection = _permitted(site, request)
    found = site.ledger.find(selection)
    shots = {shot: chunk for shot, chunk in found.shots.items() if request.principal.sees(shot.camera)}
    _require_known(selection, shots)
    holds = _in_the_way(site.holds.in_force(), selection, shots)
    if holds and not request.around_holds:
        names = "; ".join(f"{hold.id} ({hold.reason})" for hold in holds)
        raise HeldError(f"a legal hold covers some of this, {names}: lift it first, or name another range")

    spared = _Spared(site.holds.in_force())
    owners = site.ledger.stretches(ids=set(shots.values()))
    films = _segments(site.segments, selection, shots)
    watched = site.ledger.stretches(sources=map(str, films))
    busy = {each for each in (*found.inside, *owners, *watched) if each.at_work}
    at_work = {each.id for each in busy} | {each.source for each in busy}

    free = [film for film in films if str(film) not in at_work and not spared.film(film)]
    gone = {str(film) for film in free}
    unwatched = [each for each in watched if each.source in gone and each.state in UNWATCHED]
    inside = [each for each in found.inside if not spared(each.camera, each.began, each.ended)]
    held = [shot for shot in shots if spared(shot.camera, shot.began, shot.ended)]
    mine = [shot for shot in shots.keys() - set(held) if shots[shot] not in at_work]
    target = Target(
        None if holds else selection.where,
        tuple(shot.id for shot in mine),
        tuple({shot.crop for shot in mine}),
        tuple(free),
    )
    return Survey(
        selection,
        target,
        tuple({*inside, *unwatched} - busy),
        count(site, target),
        max([len(mine), *(_sightings(index, target) for index in site.indexes)]),
        max([site.ledger.total(), *(index.count() for index in site.indexes)]),
        (
            *_if(len(busy), "chunks of it are being watched or indexed now: erase again when that is done"),
            *_if(len(held), "sightings are under a legal hold"),
            *_if(len(films) - len(free), "segments of footage are being watched, or under a legal hold"),
            *_by_hand(site.segments, (*found.inside, *owners)),
        ),
    )


def count(site: Site, target: Target) -> Counts:
    """How much of `target` there is now."""
    kept = site.ledger.mentions(target.where, target.ids)
    return Counts(
        sum(_sightings(index, target) for index in site.indexes),
        len(site.ledger.find(Selection(sightings=target.ids)).shots),
        sum(site.media.exists(key) for key in target.crops),
        sum(file.exists() for file in target.segments),
        kept.alerts,
        kept.entries,
    )


class _Spared:
    """Whether anything of a camera in a time is under a legal hold."""

    def __init__(self, holds: Sequence[Hold]) -> None:
        self._holds = holds

    def __call__(self, camera: str, began: datetime, ended: datetime) -> bool:
        return any(hold.covers(camera, began, ended) for hold in self._holds)

    def film(self, segment: Path) -> bool:
        """A look into the file is only taken where there are holds."""
        camera = segment.parent.parent.name
        return bool(self._holds) and self(camera, taken(segment), ended(segment))


def _permitted(site: Site, request: Request) -> Selection:
    """The selection with the cameras spelt out that the principal may reach."""
    selection = request.selection
    if selection.where is None:
        if not selection.sightings and not selection.appearances:
            raise ValueError("nothing to erase is named: give a camera, a time, or sightings")
        return selection
    after, before = selection.where.after, selection.where.before
    if after is not None and before is not None and after >= before:
        raise ValueError(f"the range ends ({before}) before it begins ({after}): swap the two")
    recorded = [folder.name for folder in site.segments.glob("*/")]
    known = {*site.ledger.cameras(), *recorded, *(name for index in site.indexes for name in index.cameras())}
    cameras = allowed(request.principal, selection.where.cameras, known)
    return replace(selection, where=replace(selection.where, cameras=cameras))


def _require_known(selection: Selection, shots: Iterable[Shot]) -> None:
    """Sightings of a forbidden camera are as unknown as those that never were."""
    if selection.where is not None:
        return
    known = {shot.id for shot in shots}
    for named in (*selection.sightings, *selection.appearances):
        if named not in known:
            raise ValueError(f"there is no sighting {named}: check the id; it may be erased already")


def _in_the_way(holds: Sequence[Hold], selection: Selection, shots: Iterable[Shot]) -> list[Hold]:
    if selection.where is not None:
        return [hold for hold in holds if hold.meets(selection.where)]
    return [hold for hold in holds if any(hold.covers(shot.camera, shot.began, shot.ended) for shot in shots)]


def _segments(folder: Path, selection: Selection, shots: Iterable[Shot]) -> list[Path]:
    """The kept footage that shows what is selected; a segment of ten seconds goes whole."""
    where = selection.where
    times: set[tuple[str, datetime | None, datetime | None]]
    if where is not None:
        times = {(camera, where.after, where.before) for camera in where.cameras}
    else:
        times = {(shot.camera, shot.began, shot.ended) for shot in shots}
    kept = {camera: finished(folder / camera) for camera, _, _ in times}
    found = {path: None for camera, after, before in times for path in showing(kept[camera], after, before)}
    return sorted(found)


def _sightings(index: ErasableIndex, target: Target) -> int:
    return len(index.held(target.ids)) if target.where is None else index.count(target.where)


def _if(number: int, what: str) -> tuple[str, ...]:
    return (f"{number} {what}",) if number else ()


def _by_hand(segments: Path, stretches: Iterable[Stretch]) -> tuple[str, ...]:
    """Recordings that are not Passerby's to delete."""
    sources = {each.source for each in stretches if not each.source.startswith(f"{segments}{os.sep}")}
    there = sorted(source for source in sources if source and Path(source).exists())
    names = ", ".join(there[:_SHOWN]) + (", ..." if len(there) > _SHOWN else "")
    return _if(len(there), f"recordings that were ingested still show them; delete them yourself: {names}")
