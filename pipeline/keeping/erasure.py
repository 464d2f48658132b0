"""Erase people from vectors, crops, kept footage, ledger, alerts and cases; counting again proves it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.footage.handoff import Handoff
from pipeline.keeping.survey import Counts, Request, Site, Survey, count, survey
from storage.accounts.audit import Actor
from storage.errors import NoSpaceError
from storage.footage.erasures import Erasures, Selection


@dataclass(frozen=True, slots=True)
class Guard:
    """What counts as mass deletion, whose number has to be said again."""

    sightings: int = 1000
    share: float = 0.2  # of all sightings
    few: int = 20  # never too many, whatever their share


GUARD = Guard()


@dataclass(frozen=True, slots=True)
class Report:
    """What an erasure did; the same stands in the audit log under `number`."""

    number: int
    before: Counts
    after: Counts
    remains: tuple[str, ...]  # what is still there and why, one sentence each


class MassErasureError(ValueError):
    """So much would go that its number has to be said again."""


def erase(site: Site, request: Request, guard: Guard | None = GUARD) -> Report:
    """Delete what the request names, count again, and write both down in the audit log.

    Run again after a crash it goes on, because the ledger, which knows what belongs together, goes last.
    Raises as `survey` does and MassErasureError, each before anything is deleted; `guard` None, for
    retention alone, lets any number go.
    """
    found = survey(site, request)
    _require_confirmed(found, request, guard)
    by = Actor(request.principal.name, request.address)
    what: dict[str, Any] = {"selection": _spelt(found.selection), "reason": request.reason}
    site.audit.append(by, "erase", **what, before=asdict(found.before))
    full = _delete(site, found)
    after = count(site, found.target)
    remains = (*_missed(after), *full, *found.remains)
    told: dict[str, Any] = {"before": asdict(found.before), "after": asdict(after), "remains": remains}
    entry = site.audit.append(by, "erased", **what, **told)
    return Report(entry.number, found.before, after, remains)


def _require_confirmed(found: Survey, request: Request, guard: Guard | None) -> None:
    if request.confirmed is not None and request.confirmed != found.number:
        raise MassErasureError(
            f"this erases {found.number} sightings, and {request.confirmed} were confirmed: look again"
        )
    if guard is None or request.confirmed is not None or found.number <= guard.few:
        return
    if found.number > guard.sightings or found.number > guard.share * found.total:
        raise MassErasureError(
            f"this erases {found.number} of {found.total} sightings: to go on, repeat it "
            f"with --yes-erase {found.number}"
        )


def _delete(site: Site, found: Survey) -> tuple[str, ...]:
    """Returns why space was not given back, if it was not."""
    target = found.target
    site.ledger.settle(found.settled)  # first, or a worker would bring some of it back
    for index in site.indexes:
        if target.where is not None:
            index.delete(target.where)
        index.delete_ids(target.ids)
    site.media.delete(target.crops)
    for segment in target.segments:
        segment.unlink(missing_ok=True)
    settled = [each.id for each in found.settled]
    handoffs, pictures = _without_people(site.ledger, settled)
    site.media.delete(pictures)
    site.ledger.forget(target.ids, settled, handoffs, where=target.where)
    try:
        for index in site.indexes:
            index.optimize()  # gives back what is mostly deleted; docs/privacy.md says what that leaves
    except NoSpaceError as error:
        return (f"the index has not given back the space of deleted vectors: {error}",)
    return ()


def _without_people(ledger: Erasures, chunks: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The hand-overs of these chunks without anybody in them, and the pictures that they needed.

    Numbers go on where they were: an empty text would let the next chunk take up whom an earlier one left.
    """
    cleared: dict[str, str] = {}
    pictures: list[str] = []
    for chunk, text in ledger.handoffs(chunks):
        handoff = Handoff.from_json(text)
        cleared[chunk] = Handoff(handoff.next_number).to_json()
        pictures += handoff.keys()
    return cleared, pictures


def _missed(after: Counts) -> tuple[str, ...]:
    there = [f"{number} {name}" for name, number in asdict(after).items() if number]
    return (f"{', '.join(there)} came back or could not be deleted: erase again",) if there else ()


def _spelt(selection: Selection) -> dict[str, Any]:
    where = selection.where
    if where is None:
        return {
            "sightings": [str(each) for each in selection.sightings],
            "appearances": [str(each) for each in selection.appearances],
        }
    times = {"after": where.after, "before": where.before}
    return {
        "cameras": list(where.cameras),
        **{name: None if time is None else time.isoformat() for name, time in times.items()},
    }
