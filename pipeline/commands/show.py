"""Show answers to a person: a table for the terminal, JSON for programs, a contact sheet for the eye."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from models.types import Image
from pipeline.commands.rank import Ranked, read_picture
from pipeline.commands.sheet import MATCHES_FROM, Card, contact_sheet
from pipeline.ports import Media
from pipeline.types import Answer, Match, Query, Reason

NOBODY = "Nobody matches."


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
        "probability": round(match.probability, 4),
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
            }
            for reason in match.reasons
        ],
        "also": [
            {
                "track": other.track,
                "began": other.began.isoformat(),
                "ended": other.ended.isoformat(),
                "crop": media.locate(other.crop),
            }
            for other in match.also
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
        console.print(f'[bold]{NOBODY}[/bold] ("{escape(answer.query.text)}")')
        if not answer.nearest:
            console.print("There is no footage in this range.")
            return
        console.print("The nearest, who most likely are somebody else:")
    table = Table("", "score", "camera", "first, last seen", "matched phrases, crop")
    table.columns[-1].overflow = "fold"
    for rank, match in enumerate(answer.matches or answer.nearest, 1):
        table.add_row(
            str(rank),
            f"{match.score:.3f}\n{match.probability:.0%}",
            match.shot.camera,
            f"{clock(match.shot.began, zone)}\n{clock(match.shot.ended, zone)}{_again(match)}",
            f"{matched(match.reasons)}\n{media.locate(match.shot.crop)}",
        )
    console.print(table)


def ranked_table(ranked: Sequence[Ranked], console: Console) -> None:
    """Print one row per picture."""
    table = Table("", "score", "matched phrases, picture")
    table.columns[-1].overflow = "fold"
    for row, picture in enumerate(ranked, 1):
        score = f"{picture.score:.3f}\n{picture.probability:.0%}"
        table.add_row(str(row), score, f"{matched(picture.reasons)}\n{picture.path}")
    console.print(table)


def answer_sheet(answer: Answer, media: Media, zone: tzinfo | None) -> Image:
    """The answer as a contact sheet."""
    cards = [
        Card(
            media.get(match.shot.crop),
            f"{rank}   {match.probability:.0%}",
            (match.shot.camera, clock(match.shot.taken, zone), f"in view {_seconds(match)}"),
            match.reasons,
        )
        for rank, match in enumerate(answer.matches or answer.nearest, 1)
    ]
    notice = "" if answer.matches else f"{NOBODY} The nearest, who most likely are somebody else:"
    return contact_sheet(f"“{answer.query.asked}”", cards, notice=notice)


def ranked_sheet(text: str, ranked: Sequence[Ranked]) -> Image:
    """The ranked pictures as a contact sheet."""
    cards = [
        Card(read_picture(item.path), f"{row}   {item.probability:.0%}", (item.path.name,), item.reasons)
        for row, item in enumerate(ranked, 1)
    ]
    return contact_sheet(f"“{text}”", cards)


def matched(reasons: Sequence[Reason]) -> str:
    """The phrases that agree with the person, as one line."""
    return ", ".join(reason.phrase for reason in reasons if reason.agreement >= MATCHES_FROM) or "-"


def clock(moment: datetime, zone: tzinfo | None) -> str:
    """A UTC time by the clock of a zone; None is this machine's."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _again(match: Match) -> str:
    return f"\nand {len(match.also)} x more" if match.also else ""


def _seconds(match: Match) -> str:
    return f"{(match.shot.ended - match.shot.began).total_seconds():.0f} s"
