"""Pictures come back as they were put, whole, from wherever the URL says."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.servers.s3 import S3
from storage.errors import DamagedError
from storage.media import FsspecMedia, open_media
from tests.needed import needed

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The URL of a bucket; where its server is stands in the environment, as for any S3."""
    server = needed(S3)
    import s3fs  # only where it is there

    with server.running(), pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem().mkdir("footage")
        yield "s3://footage"


@pytest.fixture(params=["file", "memory", pytest.param("s3", marks=pytest.mark.server)])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> FsspecMedia:
    if request.param == "file":
        return open_media(f"file:{tmp_path}/media")
    if request.param == "s3":
        return open_media(f"{request.getfixturevalue('s3')}/{uuid.uuid4().hex}")
    return open_media(f"memory://{uuid.uuid4().hex}/media")


def picture(height: int = 120, width: int = 50) -> np.ndarray:
    """A red coat on a grey street."""
    image = np.full((height, width, 3), 128, np.uint8)
    image[height // 4 : height // 2, width // 4 : width // 2] = (200, 20, 30)
    return image


def test_a_picture_comes_back_almost_as_it_was(media: FsspecMedia) -> None:
    media.put("gate/2026/7-0.jpg", picture())

    back = media.get("gate/2026/7-0.jpg")

    assert back.shape == (120, 50, 3)
    assert back.dtype == np.uint8
    assert back.flags.writeable
    assert np.abs(back.astype(int) - picture()).mean() < 2


def test_one_pixel_of_colour_survives(media: FsspecMedia) -> None:
    image = np.full((32, 32, 3), 128, np.uint8)
    image[:, 16] = (220, 30, 30)
    media.put("thin.jpg", image)

    assert media.get("thin.jpg")[16, 16].astype(int)[0] - media.get("thin.jpg")[16, 16].astype(int)[2] > 120


def test_the_second_picture_under_a_key_replaces_the_first(media: FsspecMedia) -> None:
    media.put("a.jpg", picture())
    media.put("a.jpg", picture(40, 20))
    assert media.get("a.jpg").shape == (40, 20, 3)


def test_deleted_pictures_are_gone_and_deleting_again_does_not_matter(media: FsspecMedia) -> None:
    media.put("a.jpg", picture())
    assert media.exists("a.jpg")
    media.delete(["a.jpg", "never.jpg"])
    media.delete(["a.jpg"])
    assert not media.exists("a.jpg")


def test_a_missing_picture_is_named(media: FsspecMedia) -> None:
    with pytest.raises(FileNotFoundError, match=r"gate/9\.jpg.*deleted"):
        media.get("gate/9.jpg")


@pytest.mark.parametrize(
    "key",
    ["", ".", "../x.jpg", "a/../../x.jpg", "/etc/x.jpg", "a//b.jpg", "a/./b.jpg", "a\\b.jpg", "a\0.jpg"],
)
def test_keys_that_could_lead_out_are_refused(media: FsspecMedia, key: str) -> None:
    with pytest.raises(ValueError, match="no media key"):
        media.put(key, picture())
    with pytest.raises(ValueError, match="no media key"):
        media.get(key)
    with pytest.raises(ValueError, match="no media key"):
        media.delete([key])


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_rgb_picture_is_refused(media: FsspecMedia, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="height, width, 3"):
        media.put("a.jpg", image)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    media = open_media(f"file:{tmp_path}")
    media.put("a.jpg", picture())
    whole = Path(media.locate("a.jpg")).read_bytes()
    Path(media.locate("a.jpg")).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedError, match=r"a\.jpg"):
        media.get("a.jpg")


def test_locate_says_where_it_can_be_opened(tmp_path: Path) -> None:
    local = open_media(f"file:{tmp_path}/demo/../media")
    local.put("a.jpg", picture())
    assert local.locate("a.jpg") == f"{tmp_path}/media/a.jpg"
    with Image.open(local.locate("a.jpg")) as opened:
        assert opened.size == (50, 120)
    assert open_media("memory://bucket/crops").locate("a.jpg") == "memory:///bucket/crops/a.jpg"


def test_an_unknown_url_says_what_to_write() -> None:
    with pytest.raises(ValueError, match="file:FOLDER"):
        open_media("nonsense://x")


def test_a_full_disk_leaves_the_old_picture_and_no_rubbish(tmp_path: Path) -> None:
    media = open_media(f"file:{tmp_path}")
    media.put("a.jpg", picture())
    big = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    np.save(tmp_path / "big.npy", big)
    code = (
        "import sys, resource, numpy\n"
        "from storage.media import open_media\n"
        "big = numpy.load(sys.argv[1] + '/big.npy')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "try:\n"
        "    open_media('file:' + sys.argv[1]).put('a.jpg', big)\n"
        "except OSError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert "cannot keep picture 'a.jpg'" in done.stdout
    assert media.get("a.jpg").shape == (120, 50, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "big.npy"]
