"""Streams: frames as they come, outages survived, secrets kept."""

import io
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import av
import numpy as np
import pytest

from pipeline.frames import frames
from pipeline.live import Patience
from pipeline.probe import probe
from pipeline.sources import SourceError
from pipeline.types import Frame

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
HASTY = Patience(connect=1.0, read=0.5, first_wait=0.01, longest_wait=0.02, tries=4)


def footage(format_name: str, count: int = 30) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=format_name) as container:
        stream = container.add_stream("libx264", rate=10, options={"tune": "zerolatency"})
        stream.width, stream.height, stream.gop_size = 96, 64, 5
        for index in range(count):
            image = np.full((64, 96, 3), index * 4, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


class Camera(BaseHTTPRequestHandler):
    """Answers each request with the next of the server's contents, and after the last with nothing."""

    def do_GET(self) -> None:
        contents = self.server.contents  # type: ignore[attr-defined]
        content = contents.pop(0) if contents else 503
        if isinstance(content, int):
            self.send_error(content)
            return
        self.send_response(200)
        if content[4:8] == b"ftyp":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def camera(*contents: bytes | int) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.contents = list(contents)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://user:secret@127.0.0.1:{server.server_port}/live.ts?token=hidden"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def listen(url: str, patience: Patience = HASTY, end: float | None = None) -> Iterator[Frame]:
    return frames(probe(url), "gate", began=BEGAN, fps=1e6, end=end, patience=patience)


def heard(url: str) -> tuple[list[Frame], str]:
    """All frames until the stream is given up, and why it was."""
    found: list[Frame] = []
    with pytest.raises(SourceError) as caught:
        found.extend(listen(url))
    return found, str(caught.value)


def test_frames_come_with_the_time_of_their_arrival_which_never_goes_back() -> None:
    before = datetime.now(UTC)
    with camera(footage("mpegts")) as url:
        found, _ = heard(url)

    times = [frame.taken for frame in found]
    assert found[0].image.shape == (64, 96, 3)
    assert times == sorted(set(times))
    assert before <= times[0] <= times[-1] <= datetime.now(UTC)


def test_a_lost_stream_is_taken_up_again_and_said_once_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with camera(footage("mpegts", 5), 503, 503, footage("mpegts", 5)) as url:
        found, reason = heard(url)

    messages = [record.getMessage() for record in caplog.records]
    assert len(found) == 10
    assert sum("stream lost" in message for message in messages) == 2
    assert sum("stream is back after 3 failed attempts" in message for message in messages) == 1
    assert "4 attempts" in reason
    assert not any("secret" in text or "hidden" in text for text in [*messages, reason])


def test_a_refused_login_is_not_tried_again() -> None:
    with camera(401, footage("mpegts")) as url:
        found, reason = heard(url)

    assert not found
    assert "refuses the login" in reason


def test_a_finished_recording_is_no_stream(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    with av.open(str(file), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height = 96, 64
        for index in range(10):
            image = np.full((64, 96, 3), index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    with camera(file.read_bytes()) as url:
        _, reason = heard(url)

    assert "finished recording" in reason


def test_one_who_answers_and_then_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found, reason = heard(f"http://127.0.0.1:{silent.getsockname()[1]}/live")

    assert not found
    assert "4 attempts" in reason


def test_a_slow_reader_gets_newer_frames(caplog: pytest.LogCaptureFixture) -> None:
    with camera(footage("mpegts", 60)) as url:
        stream = listen(url)
        found = [next(stream)]
        while "stream lost" not in caplog.text:  # the camera has sent everything
            sleep(0.01)
        with pytest.raises(SourceError):
            found.extend(stream)

    assert len(found) < 30
    assert found[-1].image.mean() > 220
    assert "dropped" in caplog.text


def test_listening_ends_when_it_should() -> None:
    patient = Patience(connect=2.0, read=2.0, first_wait=10.0)
    with camera(footage("mpegts", 3)) as url:
        assert len(list(listen(url, patient, end=1.0))) == 3
