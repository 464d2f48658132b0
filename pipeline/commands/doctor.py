"""`passerby doctor`: what is wrong, and what to do."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from rich.console import Console

from pipeline.doctor import look
from pipeline.settings import Settings

PURPOSE = "check everything that this site stands on, and say what to do"


def add(verbs: "_SubParsersAction[ArgumentParser]") -> None:
    """Enter the command."""
    verb = verbs.add_parser("doctor", help=PURPOSE, description=PURPOSE)
    verb.add_argument("--cameras", action="store_true", help="also fetch a picture of every camera")
    verb.set_defaults(act=_doctor)


def _doctor(args: Namespace, settings: Settings) -> int:
    console, well = Console(), True
    for finding in look(settings, cameras=args.cameras):
        well &= finding.well
        mark = "[green]well[/green] " if finding.well else "[red]wrong[/red]"
        console.print(f"{mark} [bold]{finding.subject}[/bold]", end="  ")
        console.print(finding.said, markup=False, highlight=False, soft_wrap=True)
    return 0 if well else 2
