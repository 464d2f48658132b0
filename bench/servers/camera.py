"""A camera that speaks RTSP, made of a file and GStreamer's server."""

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av

from bench.servers.server import MissingError, Server

PYTHON = "/usr/bin/python3"  # the one that has the bindings of GStreamer
_SCRIPT = Path(__file__).with_name("gstreamer.py")
_NEEDS = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
LOGIN = "user:secret"


class RtspServer(Server):
    """Shows `mounts`, files by name, to whoever logs in; they may be others at the next start.

    Raises MissingError.
    """

    def __init__(self, **mounts: Path) -> None:
        super().__init__()
        self.mounts = mounts
        if (
            not Path(PYTHON).exists()
            or subprocess.run([PYTHON, "-c", _NEEDS], capture_output=True).returncode != 0
        ):
            raise MissingError(
                "no RTSP server: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 "
                "gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
            )

    def command(self) -> Sequence[str]:
        shown = [f"{name}={file}" for name, file in self.mounts.items()]
        return (PYTHON, str(_SCRIPT), str(self.port), LOGIN, *shown)

    def answers(self) -> bool:
        return self._listens()

    def url(self, name: str, login: str = LOGIN) -> str:
        return f"rtsp://{login}@127.0.0.1:{self.port}/{name}"


def looped(clip: Path, file: Path, seconds: float) -> Path:
    """The clip again and again, not coded anew, for at least so long."""
    with av.open(str(file), "w", format="matroska") as out, av.open(str(clip)) as source:
        video = source.streams.video[0]
        copy = out.add_stream_from_template(video)
        assert source.duration is not None
        assert video.time_base is not None
        length = Fraction(source.duration, av.time_base)
        for lap in range(int(seconds / length) + 1):
            ahead = round(lap * length / video.time_base)
            source.seek(0)
            for packet in source.demux(video):
                if packet.pts is not None and packet.dts is not None:
                    packet.pts += ahead
                    packet.dts += ahead
                    packet.stream = copy
                    out.mux_one(packet)
    return file


def coded(clip: Path, file: Path, *, width: int | None = None, rate: Fraction | None = None) -> Path:
    """The clip as a camera sends it: H.264, a keyframe every second, of other width or rate where wanted.

    Another rate makes the clip run faster or slower.
    """
    with av.open(str(clip)) as source, av.open(str(file), "w", format="matroska") as out:
        video = source.streams.video[0]
        rate = rate or video.average_rate
        assert rate is not None
        stream = out.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width = width or video.width
        stream.height = round(video.height * stream.width / video.width / 2) * 2
        stream.gop_size = round(rate)
        for number, shown in enumerate(source.decode(video)):
            sized = shown.reformat(stream.width, stream.height)
            sized.pts, sized.time_base = number, 1 / rate
            out.mux(stream.encode(sized))
        out.mux(stream.encode())
    return file
