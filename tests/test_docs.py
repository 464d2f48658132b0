"""What is documented is what there is: every setting and every command."""

import argparse
import shlex
from pathlib import Path

from pipeline.cli import parser
from pipeline.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *(ROOT / "docs" / name for name in ("use.md", "administer.md"))]
USE = "\n".join(page.read_text(encoding="utf-8") for page in PAGES[1:])


def test_every_setting_is_documented_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert f"`PASSERBY_{name.upper()}`" in USE
        assert str(field.default) in USE


def test_every_command_and_option_is_documented() -> None:
    verbs = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    for name, verb in verbs.choices.items():
        assert f"`passerby {name}" in USE, name
        options = {
            option for action in verb._actions for option in action.option_strings if option[:2] == "--"
        }
        assert [option for option in options - {"--help"} if option not in USE] == []


def test_commands_in_the_documents_can_be_parsed() -> None:
    lines = [line for page in PAGES for line in page.read_text(encoding="utf-8").splitlines()]
    commands = [line.strip() for line in lines if line.strip().startswith("passerby ")]
    assert commands
    for command in commands:
        parser().parse_args(_words(command))


def test_no_page_waits_for_a_figure() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    assert len(pages) > 5
    assert [page.name for page in pages if "@@" in page.read_text(encoding="utf-8")] == []


def _words(command: str) -> list[str]:
    return shlex.split(command.partition(" #")[0])[1:]
