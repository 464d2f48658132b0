"""What somebody wishes to be told of is read, checked, and entered from the command line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.asking.question import refused_terms
from pipeline.casework.hooks import HookError, Reachable
from pipeline.casework.standing import Rules, Wish, quiet_hours, standing
from pipeline.cli import main
from pipeline.search import QueryError
from storage.casework.saved import SavedError, SavedSearches

RULES = Rules(None, refused_terms(""), Reachable())
CAMERAS = ("north-gate", "hall")
WISH = Wish("red coats", "red coat, no bag, at the north gate")


def test_cameras_are_read_out_of_the_sentence_or_given_beside_it() -> None:
    question, notices = standing(WISH, CAMERAS, RULES)
    assert (question.description, question.cameras, notices) == ("red coat, no bag", ("north-gate",), ())
    other, notices = standing(replace(WISH, cameras=("hall",)), CAMERAS, RULES)
    assert other.cameras == ("hall",)
    assert "north gate" in notices[0]
    literal, _ = standing(replace(WISH, literal=True), CAMERAS, RULES)
    assert (literal.description, literal.cameras) == (WISH.sentence, ())


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"sentence": "red coat yesterday"}, QueryError, 'leave out "yesterday"'),
        ({"sentence": ""}, QueryError, "."),
        ({"sentence": "a and the"}, ValueError, "nothing to look for"),
        ({"sentence": "black man"}, QueryError, "does not search"),
        ({"cameras": ("attic",)}, QueryError, "known cameras: north-gate, hall"),
        ({"name": " "}, SavedError, "name"),
        ({"name": "a" * 101}, SavedError, "name"),
        ({"least": 1.5}, SavedError, "from 0 to 1"),
        ({"least": float("nan")}, SavedError, "from 0 to 1"),
        ({"quiet": "at night"}, SavedError, "quiet hours"),
        ({"quiet": "00:00-24:00"}, SavedError, "never end"),
        ({"webhook": "https://127.0.0.1/"}, HookError, "PASSERBY_WEBHOOK_HOSTS"),
    ],
)
def test_what_cannot_be_is_said(changed: dict[str, Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        standing(replace(WISH, **changed), CAMERAS, RULES)


def test_no_quiet_hours_are_none() -> None:
    assert quiet_hours(" ") is None
    assert quiet_hours("mon-fri 22:00-06:00") is not None


def run(folder: Path, *arguments: str) -> int:
    return main(["--data", str(folder), *arguments])


def test_the_commands_save_list_change_pause_and_remove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "saved", "add", "reds", "red coat", "--webhook", "https://hooks.example/in") == 0
    said = capsys.readouterr().out
    assert "whsec_" in said
    assert "every camera that its owner sees" in said
    assert run(tmp_path, "saved", "change", "reds", "--quiet", "22:00-06:00", "--webhook", "") == 0
    saved = SavedSearches(f"sqlite:///{tmp_path / 'passerby.db'}")
    (search,) = saved.all()
    assert search.owner.startswith("os:")
    assert (search.question.quiet, search.question.webhook) == ("22:00-06:00", "")
    assert (search.question.sentence, search.question.description) == ("red coat", "red coat")
    run(tmp_path, "saved", "pause", search.id)
    assert saved.all()[0].paused is not None
    run(tmp_path, "saved", "resume", "reds")
    run(tmp_path, "saved", "secret", "reds")
    capsys.readouterr()
    assert run(tmp_path, "saved", "list") == 0
    assert "reds" in capsys.readouterr().out
    assert run(tmp_path, "alerts", "test", "reds") == 2
    assert "no webhook" in capsys.readouterr().err
    assert run(tmp_path, "alerts", "list", "--json") == 0
    assert capsys.readouterr().out == "[]\n"
    assert run(tmp_path, "saved", "remove", "reds") == 0
    assert saved.all() == []
    assert run(tmp_path, "saved", "remove", "reds") == 2
    assert "passerby saved list" in capsys.readouterr().err.replace("\n", " ")
    assert run(tmp_path, "saved", "add", "reds", "red coat", "--owner", "nobody") == 2
    saved.close()
