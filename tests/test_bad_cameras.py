"""Cameras that drip, send rubbish in between, or stop in the middle: noted, and in no other camera's way."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

import pytest

from models.types import Image
from pipeline.footage.frames import frames
from pipeline.recording.recorder import Recorder
from pipeline.recording.segments import finished, source_of
from storage.footage.cameras import Camera
from storage.footage.chunks import Chunk
from tests.fakes import transport_stream
from tests.test_recording import HASTY, Site, camera, site, wait

__all__ = ["site"]

PACKET = 188  # bytes of a transport stream's packets
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
STREAM = transport_stream(8)  # longer than is read to learn what it is


@contextmanager
def sending(name: str, send: Callable[[socket.socket, Event], None]) -> Iterator[Camera]:
    """A camera that answers each connection with whatever `send` sends."""
    stop = Event()

    def answer(connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):  # the recorder hangs up
            connection.sendall(HEAD)
            send(connection, stop)

    def serve(server: socket.socket) -> None:
        with suppress(OSError):  # of a server that was shut down
            while True:
                Thread(target=answer, args=[server.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve, args=[server], daemon=True)
        thread.start()
        try:
            yield Camera(name, f"http://127.0.0.1:{server.getsockname()[1]}/live.ts")
        finally:
            stop.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)


def drip(connection: socket.socket, stop: Event) -> None:
    """Pictures, and from then on one byte at a time, so that the connection is never silent."""
    connection.sendall(STREAM)
    while not stop.wait(0.05):
        connection.sendall(b"\x47")


def half_open(connection: socket.socket, stop: Event) -> None:
    """Pictures, and then nothing, on a connection that stays."""
    connection.sendall(STREAM)
    stop.wait()


@pytest.mark.parametrize(("send", "reason"), [(drip, "it says nothing"), (half_open, "it says nothing")])
def test_a_camera_without_pictures_is_given_up_and_holds_up_nobody(
    site: Site, send: Callable[[socket.socket, Event], None], reason: str
) -> None:
    stop = Event()
    with sending("bad", send) as bad, camera("gate", *[transport_stream(2)] * 3) as gate:
        recorder = Recorder(lambda: [bad, gate], site.place, lambda _: "v", patience=HASTY)
        thread = Thread(target=recorder.run, args=[stop])
        thread.start()
        try:
            wait(lambda: len(finished(site.segments / "gate")) == 3 and len(site.reasons("bad")) > 1)
        finally:
            stop.set()
            thread.join(timeout=20)
    assert set(site.reasons("bad")) == {reason}
    assert finished(site.segments / "bad")  # what came before is kept


def damaged(stream: bytes, seed: int) -> bytes:
    """The stream with a tenth of its packets full of rubbish, the first few whole."""
    rng = random.Random(seed)
    packets = [stream[at : at + PACKET] for at in range(0, len(stream), PACKET)]
    return b"".join(
        packet[:4] + rng.randbytes(PACKET - 4) if number > 10 and rng.random() < 0.1 else packet
        for number, packet in enumerate(packets)
    )


@pytest.mark.parametrize("seed", range(3))
def test_damaged_packets_lose_pictures_and_nothing_else(site: Site, seed: int) -> None:
    stream = transport_stream(8, size=(320, 240))
    with camera("gate", damaged(stream, seed), transport_stream(2)) as gate:
        site.record(gate, lambda: len(finished(site.segments / "gate")) >= 2)
    read = [pictures(chunk) for chunk in site.chunks() if chunk.source]
    assert sum(map(len, read)) > 20
    assert {picture.shape for some in read for picture in some} == {(240, 320, 3), (64, 96, 3)}


def pictures(segment: Chunk) -> list[Image]:
    """Whatever can be decoded of it."""
    source = source_of(segment)
    read = frames(source, "gate", began=source.began, fps=5, start=segment.start, end=segment.end)
    return [frame.image for frame in read]
