"""Show answers to a person: a table for the terminal, JSON for programs, a contact sheet for the eye."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.types import Image
from pipeline.commands.rank import Ranked
from pipeline.commands.sheet import MATCHES_FROM, Card, contact_sheet, doubt
from pipeline.footage.decode import picture
from pipeline.ports import Media
from pipeline.types import Answer, Match, Query, Reason

NOBODY = "Nobody matches."
NOTHING_YET = "Nobody has been found in any footage yet: passerby ingest YOUR.mp4 --camera NAME"


def answer_record(answer: Answer, media: Media) -> dict[str, Any]:
    """The answer for a program; times are ISO 8601 in UTC, boxes x1 y1 x2 y2 in pixels of the frame."""
    query = answer.query
    return {
        "query": query.asked,
        "description": query.text,
        "cameras": list(query.cameras),
        "after": query.after and query.after.isoformat(),
        "before": query.before and query.before.isoformat(),
        "exclusions": list(query.exclusions),
        "weights": {weight.phrase: weight.factor for weight in query.weights},
        "like": [example.name for example in query.like],
        "unlike": [example.name for example in query.unlike],
        "chips": [asdict(chip) for chip in query.chips],
        "notices": list(query.notices),
        "model": answer.model,
        "matches": [_record(rank, match, media) for rank, match in enumerate(answer.matches, 1)],
    }


def _record(rank: int, match: Match, media: Media) -> dict[str, Any]:
    shot = match.shot
    return {
        "rank": rank,
        "id": str(shot.id),
        "score": round(match.score, 6),
        "probability": match.probability and round(match.probability, 4),
        "description": match.description,
        "camera": shot.camera,
        "track": shot.track,
        "began": shot.began.isoformat(),
        "ended": shot.ended.isoformat(),
        "taken": shot.taken.isoformat(),
        "box": [round(edge, 1) for edge in shot.box],
        "crop": media.locate(shot.crop),
        "reasons": [
            {
                "phrase": reason.phrase,
                "part": reason.part,
                "similarity": round(reason.similarity, 4),
                "agreement": round(reason.agreement, 4),
                "parts": {each.part: round(each.similarity, 4) for each in reason.parts},
            }
            for reason in match.reasons
        ],
        "also": [
            {
                "id": str(again.shot.id),
                "likeness": round(again.likeness, 4),
                "camera": again.shot.camera,
                "track": again.shot.track,
                "began": again.shot.began.isoformat(),
                "ended": again.shot.ended.isoformat(),
                "crop": media.locate(again.shot.crop),
            }
            for again in match.also
        ],
    }


def understood(query: Query, console: Console) -> None:
    """Print what was read out of the sentence beside the description, and what the user should know of it."""
    if query.chips:
        console.print(f'Looking for "{query.text}"', markup=False, highlight=False)
        for chip in query.chips:
            console.print(f'  {chip.kind:8}"{chip.text}": {chip.meaning}', markup=False, highlight=False)
    for notice in query.notices:
        console.print(f"Note: {notice}", style="yellow", markup=False, highlight=False)


def answer_table(answer: Answer, media: Media, console: Console, zone: tzinfo | None) -> None:
    """Print one row per person, or that nobody matches with the nearest few below."""
    understood(answer.query, console)
    if not answer.matches:
        console.print(f'[bold]{NOBODY}[/bold] ("{escape(answer.query.text or answer.query.asked)}")')
        if not answer.nearest:
            asked = answer.query
            anything = asked.cameras or asked.after or asked.before
            console.print("There is no footage in this range." if anything else NOTHING_YET)
            return
        console.print("The nearest, who most likely are somebody else:")
    table = Table("", "score", "camera", "first, last seen", "matched phrases, crop")
    table.columns[-1].overflow = "fold"
    for rank, match in enumerate(answer.matches or answer.nearest, 1):
        table.add_row(
            str(rank),
            f"{match.score:.3f}\n{percent(match.probability)}",
            match.shot.camera,
            f"{clock(match.shot.began, zone)}\n{clock(match.shot.ended, zone)}{_again(match)}",
            "\n".join([*_why(match), _from_here(media.locate(match.shot.crop))]),
        )
    console.print(table)


def ranked_table(ranked: Sequence[Ranked], console: Console) -> None:
    """Print one row per picture."""
    table = Table("", "score", "matched phrases, picture")
    table.columns[-1].overflow = "fold"
    for row, item in enumerate(ranked, 1):
        score = f"{item.score:.3f}\n{percent(item.probability)}"
        table.add_row(str(row), score, f"{matched(item.reasons)}\n{item.path}")
    console.print(table)


def answer_sheet(answer: Answer, media: Media, zone: tzinfo | None) -> Image:
    """The answer as a contact sheet."""
    cards = [
        Card(
            media.get(match.shot.crop),
            f"{rank}   {percent(match.probability)}".rstrip(),
            _lines(match, zone),
            match.reasons,
        )
        for rank, match in enumerate(answer.matches or answer.nearest, 1)
    ]
    notice = "" if answer.matches else f"{NOBODY} The nearest, who most likely are somebody else:"
    return contact_sheet(quoted(answer.query), cards, notice=notice)


def ranked_sheet(text: str, ranked: Sequence[Ranked]) -> Image:
    """The ranked pictures as a contact sheet."""
    cards = [
        Card(picture(str(item.path)), f"{row}   {percent(item.probability)}", (item.path.name,), item.reasons)
        for row, item in enumerate(ranked, 1)
    ]
    return contact_sheet(f"“{text}”", cards)


def matched(reasons: Sequence[Reason]) -> str:
    """The phrases that agree with the person, and those that do not, as one line."""
    told: dict[str, list[str]] = {}
    for reason in sorted(reasons, key=lambda reason: reason.agreement < MATCHES_FROM):
        lead = "" if reason.agreement >= MATCHES_FROM else f"{doubt(reason)}: "
        told.setdefault(lead, []).append(reason.phrase)
    return "; ".join(lead + ", ".join(phrases) for lead, phrases in told.items()) or "-"


def _from_here(location: str) -> str:
    """A path as it can be typed in this folder, where that is shorter; a URL as it is."""
    return location if "://" in location else min(os.path.relpath(location), location, key=len)


def percent(probability: float | None) -> str:
    """A probability for the eye; empty where there is none."""
    return "" if probability is None else f"{probability:.0%}"


def quoted(query: Query) -> str:
    """What was asked, in the marks of a sentence where it is one."""
    return f"“{query.asked}”" if query.text else query.asked


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """A UTC time by the clock of a zone; None is this machine's."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _again(match: Match) -> str:
    """Where else somebody of these looks was seen."""
    elsewhere = {again.shot.camera for again in match.also} - {match.shot.camera}
    places = f" (also on {', '.join(sorted(elsewhere))})" if elsewhere else ""
    return f"\nand {len(match.also)} x more{places}" if match.also else ""


def _why(match: Match) -> list[str]:
    """Which description it is, where there are several, and the phrases that agree."""
    which = [f"“{match.description}”"] if match.description else []
    return [*which, matched(match.reasons)] if match.reasons else which


def _seconds(match: Match) -> str:
    return f"{(match.shot.ended - match.shot.began).total_seconds():.0f} s"


def _lines(match: Match, zone: tzinfo | None) -> tuple[str, ...]:
    """Where and when, for a card."""
    which = [f"“{match.description}”"] if match.description else []
    again = [_again(match).strip()] if match.also else []
    return (*which, match.shot.camera, clock(match.shot.taken, zone), f"in view {_seconds(match)}", *again)
