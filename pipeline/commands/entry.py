"""How commands are entered in the command line."""

from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from argparse import _SubParsersAction as Verbs
from collections.abc import Callable

from pipeline.settings import Settings

Act = Callable[[Namespace, Settings], int]


class Help(RawDescriptionHelpFormatter, ArgumentDefaultsHelpFormatter):
    """Descriptions as they were written, and the default of every option."""


def enter(verbs: "Verbs[ArgumentParser]", name: str, act: Act, purpose: str) -> ArgumentParser:
    """One command and what it does."""
    verb = verbs.add_parser(name, help=purpose, description=purpose, formatter_class=Help)
    verb.set_defaults(act=act)
    return verb
