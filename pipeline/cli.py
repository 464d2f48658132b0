"""Passerby finds people in camera footage by description.

    passerby ingest gate.mp4 --camera north-gate --began 2026-03-01T16:00
    passerby search "woman in a light blue hoodie and a white cap" --camera north-gate --sheet found.png
    passerby rank "man in a red jacket" pictures/

Exit codes: 0 done, 1 a fault of Passerby, 2 something to mend by whoever called, 130 stopped with Ctrl-C.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.logging import RichHandler

from pipeline.commands import (
    accounts,
    alerts,
    audit,
    cameras,
    cases,
    doctor,
    erase,
    footage,
    jobs,
    models,
    record,
    saved,
    schedule,
    serve,
    up,
)
from pipeline.commands.entry import Act, Help, enter
from pipeline.commands.example import example
from pipeline.commands.moment import moment, written
from pipeline.settings import Settings


def parser() -> argparse.ArgumentParser:
    """Everything the command line understands."""
    top = argparse.ArgumentParser("passerby", description=__doc__, formatter_class=Help)
    top.add_argument("--data", type=Path, help="data folder (default: the setting PASSERBY_DATA)")
    top.add_argument(
        "--runtime",
        choices=("auto", "torch", "openvino", "cuda"),
        help="what runs the networks (default: the setting PASSERBY_RUNTIME)",
    )
    top.add_argument("--verbose", action="store_true", help="log what is being done")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="COMMAND")

    for name, act, purpose in (
        ("watch", footage.watch, "find the people in footage and keep crops of them"),
        ("ingest", footage.ingest, "watch and index in one go; run it again to go on where it stopped"),
    ):
        verb = enter(verbs, name, act, purpose)
        verb.add_argument("sources", nargs="+", metavar="SOURCE", help="video, picture, folder or stream URL")
        verb.add_argument("--camera", required=True, help="name of the camera that recorded it")
        verb.add_argument(
            "--began", type=moment, help="when the first frame was taken (default: from the file)"
        )
        verb.add_argument("--fps", type=float, help="frames analysed per second (default: PASSERBY_FPS)")
        verb.add_argument(
            "--detector", help="ultralytics weights, by name or path (default: the shipped ones)"
        )

    enter(verbs, "index", footage.index, "index the people that watching found")
    models.add(verbs)

    verb = enter(verbs, "search", footage.search, "find people by description")
    verb.add_argument(
        "text", nargs="?", default="", help='a sentence: "red coat at the north gate yesterday after four"'
    )
    for option, purpose in (("--like", "who looks like"), ("--unlike", "who does not look like")):
        verb.add_argument(
            option,
            action="append",
            default=[],
            type=example,
            metavar="WHO",
            help=f"{purpose} this: a sighting's id, PICTURE or PICTURE@x1,y1,x2,y2; may be repeated",
        )
    verb.add_argument(
        "--literal", action="store_true", help="take the whole sentence for what the person looks like"
    )
    verb.add_argument("--camera", action="append", default=[], help="only this camera; may be repeated")
    verb.add_argument("--after", type=written, help="only people in view after this time")
    verb.add_argument("--before", type=written, help="only people in view before this time")
    verb.add_argument("--min-probability", type=float, help="show people from here on (default: the model's)")
    _output(verb, 10)
    verb.add_argument("--json", action="store_true", help="print the answer as JSON")

    verb = enter(
        verbs, "rank", footage.rank, "rank the pictures of a folder by a description, without an index"
    )
    verb.add_argument("text", help="what the person looks like")
    verb.add_argument("folder", type=Path)
    _output(verb, 20)

    cameras.add(verbs)
    record.add(verbs)
    accounts.add(verbs)
    audit.add(verbs)
    erase.add(verbs)
    saved.add(verbs)
    alerts.add(verbs)
    cases.add(verbs)

    jobs.add(verbs)
    schedule.add(verbs)
    serve.add(verbs)
    up.add(verbs)
    doctor.add(verbs)
    return top


def _output(verb: argparse.ArgumentParser, top: int) -> None:
    verb.add_argument("--top", type=int, default=top, help="at most this many")
    verb.add_argument("--sheet", type=Path, metavar="PNG", help="write a contact sheet")


def settings_of(args: argparse.Namespace) -> Settings:
    """The environment's settings with what the command line overrides; raises ValidationError."""
    given = {name: getattr(args, name, None) for name in ("data", "fps", "detector", "runtime")}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error ends here in a sentence."""
    args = parser().parse_args(arguments)
    console = Console(stderr=True)
    level = logging.INFO if args.verbose else logging.WARNING
    logging.basicConfig(
        level=level, format="%(message)s", handlers=[RichHandler(console=console, show_path=False)]
    )
    try:
        act: Act = args.act
        return act(args, settings_of(args))
    except ValidationError as error:
        for wrong in error.errors():
            console.print(
                f"passerby: setting {'.'.join(map(str, wrong['loc']))}: {wrong['msg']}", style="red"
            )
        return 2
    except (ValueError, OSError) as error:
        console.print(f"passerby: {error}", style="red", highlight=False, markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("passerby: stopped; nothing is lost, run the same command to go on")
        return 130
    except Exception:
        console.print_exception()
        console.print(
            "passerby: this is a fault of Passerby; please report it with the lines above", style="red"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
