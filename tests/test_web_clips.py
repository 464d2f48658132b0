"""The clips that are kept for a while: each is cut once, the oldest go, and not too many wait."""

from threading import Event, Thread
from time import sleep

import pytest

from web.clips import WAITING, Clips
from web.problems import Problem


def test_a_clip_is_cut_once_and_the_one_not_asked_for_longest_goes() -> None:
    clips, cut = Clips(room=20), list[str]()

    def get(name: str) -> bytes:
        return clips.get(name, lambda: cut.append(name) or name.encode() * 8)  # type: ignore[func-returns-value]

    for name in ("a", "b", "a", "c", "a", "b"):
        assert get(name) == name.encode() * 8
    assert cut == ["a", "b", "c", "b"]
    clips.clear()
    get("a")
    assert cut == ["a", "b", "c", "b", "a"]


def test_a_clip_longer_than_the_room_is_given_all_the_same() -> None:
    assert Clips(room=2).get("a", lambda: b"long") == b"long"


def test_a_failure_is_not_kept() -> None:
    clips = Clips()
    with pytest.raises(OSError, match="full"):
        clips.get("a", _fail)
    assert clips.get("a", lambda: b"a") == b"a"


def test_when_too_many_wait_the_next_is_sent_away() -> None:
    clips, begun, go = Clips(), Event(), Event()

    def slow() -> bytes:
        begun.set()
        assert go.wait(60)
        return b"slow"

    threads = [Thread(target=clips.get, args=(name, slow)) for name in range(WAITING)]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    while clips._places._value:  # until all of them wait
        sleep(0.01)
    with pytest.raises(Problem) as refused:
        clips.get("late", slow)
    go.set()
    for thread in threads:
        thread.join()
    assert refused.value.status == 503
    assert clips.get(0, slow) == b"slow"


def _fail() -> bytes:
    raise OSError("the disk is full")
