"""The recorder: outages survived and noted as gaps, secrets kept, no camera in another's way."""

import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from pipeline.recording.camera import Place, Recording
from pipeline.recording.connection import Patience
from pipeline.recording.recorder import Recorder
from pipeline.recording.room import Room
from pipeline.recording.segments import finished
from storage.footage.cameras import Camera
from storage.footage.chunks import Chunk
from storage.footage.ledger import Ledger
from storage.footage.recordings import Recordings
from tests.fakes import transport_stream

HASTY = Patience(connect=1.0, read=0.5, first_wait=0.01, longest_wait=0.02)


class Answers(BaseHTTPRequestHandler):
    """Answers each request with the next of the server's contents, and after the last with nothing."""

    def do_GET(self) -> None:
        contents = self.server.contents  # type: ignore[attr-defined]
        content = contents.pop(0) if contents else 503
        if isinstance(content, int):
            self.send_error(content)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def camera(name: str, *contents: bytes | int, hours: str = "", batch: bool = False) -> Iterator[Camera]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.contents = list(contents)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://user:secret@127.0.0.1:{server.server_port}/live.ts?token=hidden"
    try:
        yield Camera(name, url, hours=hours, batch=batch)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent(name: str) -> Iterator[Camera]:
    """Accepts a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Camera(name, f"http://127.0.0.1:{server.getsockname()[1]}/live")


class Site:
    """A data folder with its database."""

    def __init__(self, folder: Path) -> None:
        self.segments = folder / "segments"
        self.segments.mkdir()
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.recordings = Recordings(self.url)
        room = Room(self.segments, self.recordings.done_with, keep=timedelta(days=1), reserve=0)
        self.place = Place(self.segments, self.recordings, room)

    def chunks(self) -> list[Chunk]:
        with closing(Ledger(self.url)) as ledger:
            return sorted(ledger.jobs(), key=lambda chunk: (chunk.fingerprint, chunk.position))

    def reasons(self, name: str) -> list[str]:
        return [gap.reason for gap in self.recordings.gaps(name)]

    def record(
        self, camera: Camera, until: Callable[[], object], *, wanted: bool = True, place: Place | None = None
    ) -> None:
        """Record until something holds."""
        recording = Recording(camera, place or self.place, "v", patience=HASTY)
        thread = Thread(target=recording.run)
        thread.start()
        wait(until)
        recording.stop(wanted=wanted)
        thread.join(timeout=10)
        assert not thread.is_alive()


def wait(until: Callable[[], object]) -> None:
    latest = monotonic() + 20
    while not until():
        assert monotonic() < latest, "it never came"
        sleep(0.01)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.recordings.close()


def test_what_a_killed_recorder_had_begun_is_gone_before_the_camera_answers(site: Site) -> None:
    half = site.segments / "gate" / "unfinished.part"
    half.parent.mkdir()
    half.write_bytes(b"half a segment")
    with silent("gate") as gate:
        site.record(gate, lambda: not half.exists())


def test_an_outage_is_a_gap_with_its_reason_said_once_and_without_secrets(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with camera("gate", transport_stream(2), 503, 404, transport_stream(2)) as gate:
        site.record(gate, lambda: len(finished(site.segments / "gate")) == 2)

    gaps = site.recordings.gaps("gate")
    assert {gap.reason for gap in gaps} <= {"it ended", "the connection broke"}
    assert gaps[0].ended is not None
    assert gaps[0].began <= gaps[0].ended
    assert len(gaps) == 2
    assert gaps[1].ended is None
    sessions = [chunk.fingerprint for chunk in site.chunks()]
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3]
    assert [bool(chunk.source) for chunk in site.chunks()] == [True, False, True, False]
    said = [record.getMessage() for record in caplog.records]
    assert sum("not recorded" in line for line in said) <= 2
    assert any("recorded again (failures: 3)" in line for line in said)
    assert not any(secret in line for line in said for secret in ("secret", "hidden"))
    assert not any(secret in repr(gate) for secret in ("secret", "hidden"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (401, "refuses the login"),
        (403, "refuses the login"),
        (b"no video at all" * 1000, "broke"),
        (500, "Server Error"),
    ],
)
def test_who_never_answered_is_missed_from_the_first_attempt(
    site: Site, content: int | bytes, reason: str
) -> None:
    before = datetime.now(UTC)
    with camera("gate", *[content] * 50) as gate:
        site.record(gate, lambda: site.reasons("gate"))
    (gap,) = site.recordings.gaps("gate")
    assert reason in gap.reason
    assert before <= gap.began <= datetime.now(UTC)
    assert site.chunks() == []


def test_a_silent_camera_does_not_hold_up_another(site: Site) -> None:
    stop = Event()
    with silent("mute") as mute, camera("gate", *[transport_stream(2)] * 3) as gate:
        recorder = Recorder(lambda: [mute, gate], site.place, lambda _: "v", patience=HASTY)
        thread = Thread(target=recorder.run, args=[stop])
        thread.start()
        wait(lambda: len(finished(site.segments / "gate")) == 3 and site.reasons("mute"))
        stop.set()
        thread.join(timeout=20)
    assert site.reasons("mute") == ["it says nothing"]
    assert not finished(site.segments / "mute")


def test_cameras_come_and_go_without_a_restart(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.recording.recorder._LOOK", 0.01)
    stop = Event()
    with camera("gate", *[transport_stream(1)] * 500) as gate, camera("hall", transport_stream(1)) as hall:
        wanted = [gate, Camera("files", str(site.segments))]
        recorder = Recorder(lambda: wanted, site.place, lambda _: "v", patience=HASTY)
        thread = Thread(target=recorder.run, args=[stop])
        thread.start()
        wait(lambda: finished(site.segments / "gate"))
        wanted.append(hall)
        wait(lambda: finished(site.segments / "hall"))
        wanted.remove(gate)
        wait(lambda: all(gap.ended for gap in site.recordings.gaps("gate")))
        stop.set()
        thread.join(timeout=20)
    assert not (site.segments / "files").exists()


class Away(Recordings):
    """A database that does not answer at first."""

    answers = False

    def enter(self, planned: Sequence[Chunk]) -> int:
        if not self.answers:
            raise OSError("the database does not answer")
        return super().enter(planned)


def test_without_a_database_recording_goes_on_and_is_entered_later(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Away(site.url)) as away, camera("gate", *[transport_stream(1)] * 3) as gate:
        place = Place(site.segments, away, site.place.room)

        def two_recorded_then_back() -> bool:
            away.answers = len(finished(site.segments / "gate")) > 1
            return len(site.chunks()) == 6

        site.record(gate, two_recorded_then_back, place=place)
    assert [bool(chunk.source) for chunk in site.chunks()] == [True, False] * 3
    assert sum("does not answer" in record.getMessage() for record in caplog.records) == 1


def test_a_full_disk_is_a_gap_until_there_is_room(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    free = [0]
    room = Room(
        site.segments, site.recordings.done_with, keep=timedelta(days=1), reserve=1, free=lambda _: free[0]
    )
    with camera("gate", transport_stream(1)) as gate:

        def room_once_missed() -> bool:
            free[0] = 1 if site.reasons("gate") else 0
            return bool(finished(site.segments / "gate"))

        site.record(gate, room_once_missed, place=Place(site.segments, site.recordings, room))
    assert "is full" in site.reasons("gate")[0]
    assert any("is full" in record.getMessage() for record in caplog.records)


def test_outside_its_hours_a_camera_is_not_missed(site: Site) -> None:
    tomorrow = (datetime.now() + timedelta(days=1)).strftime("%a").lower()
    with camera("gate", transport_stream(1), hours=f"{tomorrow} 00:00-24:00") as gate:
        site.record(gate, lambda: (site.segments / "gate" / ".lock").exists())
    assert site.reasons("gate") == []
    assert not finished(site.segments / "gate")


def test_what_is_watched_at_night_is_recorded_but_not_entered(site: Site) -> None:
    with camera("gate", transport_stream(1), batch=True) as gate:
        site.record(gate, lambda: site.reasons("gate"))
    assert len(finished(site.segments / "gate")) == 1
    assert site.chunks() == []


def test_a_recorder_that_did_not_run_left_a_gap(site: Site) -> None:
    def closed() -> dict[str, bool]:
        return {gap.reason: gap.ended is not None for gap in site.recordings.gaps("gate")}

    with camera("gate", *[transport_stream(1)] * 6) as gate:  # a slow machine may use up several
        site.record(gate, lambda: site.reasons("gate"), wanted=False)
        assert all(closed().values())
        site.record(gate, lambda: closed().get("the recorder did not run"))
    assert closed()["the recorder did not run"]


def test_a_camera_switched_off_while_no_recorder_ran_has_its_session_ended(site: Site) -> None:
    folder = site.segments / "gate"
    with camera("gate", transport_stream(2)) as gate:
        recording = Recording(gate, site.place, "v", patience=HASTY)
        recording._end_session = lambda: datetime.now(UTC)  # type: ignore[method-assign]  # it is killed
        thread = Thread(target=recording.run)
        thread.start()
        wait(lambda: finished(folder))
        recording.stop(wanted=True)
        thread.join(timeout=10)
    assert all(chunk.source for chunk in site.chunks())

    stop = Event()
    recorder = Recorder(lambda: [replace(gate, enabled=False)], site.place, lambda _: "v", patience=HASTY)
    thread = Thread(target=recorder.run, args=[stop])
    thread.start()
    wait(lambda: site.chunks() and not site.chunks()[-1].source)
    stop.set()
    thread.join(timeout=20)
    sessions = {chunk.fingerprint for chunk in site.chunks()}
    assert {chunk.fingerprint for chunk in site.chunks() if not chunk.source} == sessions
    assert all(gap.ended for gap in site.recordings.gaps("gate"))


def test_one_camera_is_recorded_by_one_process(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with camera("gate", transport_stream(1), transport_stream(1)) as gate:
        second = Recording(gate, site.place, "v", patience=HASTY)
        thread = Thread(target=second.run)

        def second_waits() -> bool:
            if thread.ident is None:
                thread.start()
            return "by another process" in caplog.text

        site.record(gate, second_waits)
        second.stop(wanted=True)
        thread.join(timeout=10)
    assert not thread.is_alive()
