"""Look at a file from outside in a process of its own: `python -m web.inspection FILE`.

It prints what the file is as JSON, or the reason why it cannot be used with exit code 2. Decoders of foreign
files are where programs break, so this one has limits of memory and time and nothing to lose.
"""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from pipeline.footage.probe import probe
from pipeline.footage.sources import SourceError

MEMORY = 2 << 30  # bytes
SECONDS = 30  # of computing

# How containers and pictures begin: (offset, bytes). A playlist, which could name other files, is none.
BEGINNINGS: tuple[tuple[int, bytes], ...] = (
    (4, b"ftyp"),  # MP4, MOV, 3GP
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (4, b"free"),
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"RIFF"),  # AVI, WebP
    (0, b"FLV\x01"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # ASF
    (0, b"\x00\x00\x01\xba"),  # MPEG program stream
    (0, b"\x00\x00\x01\xb3"),  # MPEG video
    (0, b"\x00\x00\x00\x01"),  # H.264, H.265
    (0, b"DHAV"),
    (0, b"\xff\xd8\xff"),  # JPEG, motion JPEG
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"BM"),
    (0, b"II*\x00"),  # TIFF
    (0, b"MM\x00*"),
)
_SYNC = 0x47  # begins every packet of an MPEG transport stream


def is_footage(path: Path) -> bool:
    """Whether a file begins as videos and pictures do, whatever its name says."""
    with path.open("rb") as file:
        head = file.read(600)
    if any(head[offset : offset + len(mark)] == mark for offset, mark in BEGINNINGS):
        return True
    return any(
        len(head) > start + 2 * size and all(head[start + each * size] == _SYNC for each in range(3))
        for start, size in ((0, 188), (4, 192))
    )


def main() -> int:
    """Inspect the file that the command line names."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    path = Path(sys.argv[1])
    try:
        if not is_footage(path):
            raise SourceError("this is no video and no picture")
        found = asdict(probe(str(path)))
    except SourceError as error:
        sys.stderr.write(str(error).replace(str(path), "the file") + "\n")
        return 2
    found["began"] = found["began"].isoformat()
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
