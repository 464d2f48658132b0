"""Searching, and what is shown of those who were found: crops, frames, clips, their faces hidden."""

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as Pictures

from models.types import Detections, Image
from pipeline.privacy import hidden
from storage.accounts.audit import Sought
from tests.web_client import ROOT, Client, copy_of, site_in
from web.clips import Clips
from web.site import Site

NOBODY = "5e1b4c1e-6f6b-5a43-9d8e-1a2b3c4d5e6f"


@pytest.fixture(scope="module")
def olga(site: Site) -> Client:
    return Client.of(site).log_in("olga")


@pytest.fixture(scope="module")
def vic(site: Site) -> Client:
    return Client.of(site).log_in("vic")


@pytest.fixture(scope="module")
def found(vic: Client) -> str:
    matches = vic.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"]
    return str(matches[0]["id"])


def picture(data: bytes) -> np.ndarray:
    with Pictures.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert("RGB"))


def test_an_answer_has_people_with_reasons_and_pictures(vic: Client) -> None:
    answer = vic.get("/search", params={"q": "red", "min_probability": 0}).json()
    assert answer["model"] == "colours@00000000"
    assert answer["total"] == len(answer["matches"]) >= 4
    first = answer["matches"][0]
    assert first["rank"] == 1
    assert first["reasons"][0]["phrase"] == "red"
    assert first["id"] in [shot["id"] for shot in first["shots"]]
    assert vic.http.get(first["crop"]).headers["content-type"] == "image/jpeg"
    ranks = [match["score"] for match in answer["matches"]]
    assert ranks == sorted(ranks, reverse=True)


def test_pages_follow_each_other(vic: Client) -> None:
    asked = {"q": "red", "min_probability": 0}
    whole = vic.get("/search", params=asked).json()["matches"]
    pages = [vic.get("/search", params={**asked, "limit": 2, "page": page}).json() for page in (1, 2, 3)]
    assert [match["id"] for page in pages for match in page["matches"]] == [each["id"] for each in whole[:6]]
    assert [match["rank"] for match in pages[1]["matches"]] == [3, 4]


def test_cameras_and_times_of_the_sentence_are_chips(vic: Client) -> None:
    asked = {"q": "red at the yard on 1 March 2026", "min_probability": 0}
    answer = vic.get("/search", params=asked).json()
    assert [chip["kind"] for chip in answer["chips"]] == ["camera", "time"]
    assert {match["camera"] for match in answer["matches"]} == {"yard"}
    assert vic.post("/search", json=asked).json()["matches"] == answer["matches"]
    none = vic.get("/search", params={**asked, "before": "2026-03-01T15:00"}).json()
    assert none["matches"] == none["nearest"] == []


def test_nobody_matches_shows_the_nearest(vic: Client) -> None:
    answer = vic.get("/search", params={"q": "blue", "min_probability": 1}).json()
    assert answer["matches"] == []
    assert answer["nearest"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"q": ""}, 422),
        ({"q": "nothing that is a colour"}, 422),
        ({"q": "x" * 2001}, 422),
        ({"q": "black man"}, 422),
        ({"q": "red", "limit": 0}, 422),
        ({"q": "red", "page": 0}, 422),
        ({"q": "red", "after": "yesterday"}, 422),
        ({"q": "red", "after": "2026-03-02", "before": "2026-03-01"}, 422),
        ({"q": "red", "colour": "red"}, 422),
        ({"q": "red", "camera": ["nowhere"]}, 404),
        ({"q": "red^"}, 422),
        ({"q": "; ".join(["red"] * 6)}, 422),
        ({"q": "red", "like": NOBODY}, 422),
        ({"q": "red", "like": [{"sighting": NOBODY}]}, 404),
        ({"like": [{"sighting": NOBODY}]}, 404),
        ({"unlike": [{"sighting": NOBODY}]}, 404),
        ({"like": [{}]}, 422),
        ({"like": [{"sighting": NOBODY, "picture": "aaaa"}]}, 422),
        ({"like": [{"sighting": NOBODY}] * 21}, 422),
        ({"like": [{"picture": "no picture"}]}, 422),
        ({"like": [{"picture": base64.b64encode(b"GIF89a").decode()}]}, 422),
        ({"min_probability": 0.5, "like": [{"sighting": NOBODY}]}, 422),
        ({}, 422),
        ([], 422),
    ],
)
def test_poor_questions_are_refused(asked: object, status: int, vic: Client) -> None:
    answer = vic.post("/search", json=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def drawn(*people: tuple[int, int, int], size: tuple[int, int] = (120, 100), form: str = "PNG") -> str:
    """A dark picture in base64 with somebody of each colour in it, from left to right."""
    image = Pictures.new("RGB", size, (20, 20, 20))
    for place, colour in enumerate(people):
        image.paste(colour, (5 + 35 * place, 20, 25 + 35 * place, 80))
    file = io.BytesIO()
    image.save(file, form)
    return base64.b64encode(file.getvalue()).decode()


PINK, YELLOW = (250, 120, 120), (255, 250, 120)


@pytest.mark.parametrize("size", [(9000, 9000), (20_000, 20_000)])
def test_a_bomb_of_a_picture_is_refused_before_it_is_decoded(size: tuple[int, int], vic: Client) -> None:
    file = io.BytesIO()
    Pictures.new("1", size).save(file, "PNG")
    asked = {"like": [{"picture": base64.b64encode(file.getvalue()).decode()}]}
    answer = vic.post("/search", json=asked)
    assert (answer.status_code, "pixels" in answer.json()["detail"]) == (422, True)


def test_somebody_alike_is_not_the_person_themselves(vic: Client, found: str) -> None:
    own = {shot["id"] for shot in vic.get(f"/sightings/{found}").json()["shots"]}
    alike = vic.get(f"/sightings/{found}/similar", params={"limit": 3}).json()
    assert len(alike["matches"]) == 3
    assert alike["matches"][0]["probability"] is None
    assert own.isdisjoint({shot["id"] for match in alike["matches"] for shot in match["shots"]})
    posted = {"like": [{"sighting": found}], "limit": 3}
    assert vic.post("/search", json=posted).json()["matches"] == alike["matches"]


def test_a_picture_finds_who_looks_like_it(vic: Client) -> None:
    asked = {"like": [{"picture": drawn(PINK, form="JPEG")}]}
    answer = vic.post("/search", json=asked).json()
    assert answer["query"] == "like the picture"
    scores = [match["score"] for match in answer["matches"]]
    assert scores[0] > 0.74  # nearly all that likeness can give
    assert scores == sorted(scores, reverse=True)


def test_a_picture_of_nobody_or_of_several_people_asks_for_a_box(vic: Client) -> None:
    nobody = vic.post("/search", json={"like": [{"picture": drawn()}]})
    assert nobody.status_code == 422
    assert "nobody is found in the picture" in nobody.json()["detail"]
    picture = drawn(PINK, YELLOW)
    several = vic.post("/search", json={"like": [{"picture": picture}]})
    assert several.status_code == 422
    assert several.json()["people"] == [[5, 20, 25, 80], [40, 20, 60, 80]]
    answers = [
        vic.post("/search", json={"like": [{"picture": picture, "box": box}]}).json()["matches"][0]["id"]
        for box in several.json()["people"]
    ]
    alone = [
        vic.post("/search", json={"like": [{"picture": drawn(colour)}]}).json()["matches"][0]["id"]
        for colour in (PINK, YELLOW)
    ]
    assert answers == alone
    outside = vic.post("/search", json={"like": [{"picture": picture, "box": [500, 0, 600, 90]}]})
    assert (outside.status_code, "120 x 100" in outside.json()["detail"]) == (422, True)


def test_somebody_else_in_the_frame_of_a_sighting_is_an_example(vic: Client, found: str) -> None:
    box = vic.get(f"/sightings/{found}").json()["box"]
    asked = {"like": [{"sighting": found, "box": box}], "limit": 1}
    answer = vic.post("/search", json=asked).json()
    assert answer["query"] == f"like the frame of sighting {found}"
    assert answer["matches"][0]["score"] > 0.7


def test_examples_change_the_order_and_the_words_say_how_likely(vic: Client) -> None:
    plain = vic.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"]
    first, last = plain[0]["id"], plain[-1]["id"]
    asked = {"q": "red", "min_probability": 0, "like": [last], "unlike": [first]}
    ranked = vic.get("/search", params=asked).json()
    ids = [match["id"] for match in ranked["matches"]]
    assert {first, last}.isdisjoint(ids)
    assert ids != [match["id"] for match in plain if match["id"] in ids]
    chances = {match["id"]: match["probability"] for match in plain}
    assert all(
        match["probability"] == chances[match["id"]] for match in ranked["matches"] if match["id"] in chances
    )
    assert ranked["query"] == f"red, like sighting {last}, unlike sighting {first}"


def test_several_descriptions_and_weights(vic: Client) -> None:
    answer = vic.get("/search", params={"q": "red; green^2", "min_probability": 0}).json()
    assert {match["description"] for match in answer["matches"]} == {"red", "green"}
    assert [(chip["kind"], chip["meaning"]) for chip in answer["chips"]] == [
        ("weight", '"green" counts 2 times')
    ]


def test_a_row_tells_where_else_somebody_of_these_looks_was_seen(vic: Client) -> None:
    """The two cameras of the site show the same footage, so everybody is on both."""
    first = vic.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]
    cameras = {first["camera"], *(also["camera"] for also in first["also"])}
    assert cameras == {"north-gate", "yard"}
    for also in first["also"]:
        assert also["id"] in [shot["id"] for shot in also["shots"]]
        assert -1 <= also["likeness"] <= 1.001
        assert vic.http.get(also["shots"][0]["crop"]).status_code == 200


def test_faces_are_hidden_until_somebody_who_may_gives_a_reason(
    site: Site, olga: Client, vic: Client, found: str
) -> None:
    hidden = olga.get(f"/sightings/{found}/crop")
    clear = olga.get(f"/sightings/{found}/crop", params={"reason": "case 17"})
    assert hidden.headers["cache-control"] == "private, max-age=300"
    assert clear.headers["cache-control"] == "no-store"
    entry = site.audit.newest(Sought(action="view_crop"), limit=1)[0]
    assert (entry.subject, entry.details["reason"], entry.details["faces"]) == (found, "case 17", "shown")
    head, feet = slice(0, 12), slice(30, 45)
    before, after = picture(clear.content).astype(int), picture(hidden.content).astype(int)
    assert np.abs(before[feet] - after[feet]).max() < 20
    assert before[head].std() > after[head].std()
    for what in ("crop", "frame", "clip"):
        assert vic.get(f"/sightings/{found}/{what}", params={"reason": "curious"}).status_code == 403
    seen = site.audit.newest(Sought(who="vic", action="view_crop"))
    assert {entry.details["faces"] for entry in seen} <= {"hidden"}


def test_a_frame_shows_the_box(vic: Client, found: str) -> None:
    told = vic.get(f"/sightings/{found}").json()
    image = picture(vic.get(f"/sightings/{found}/frame").content)
    assert image.shape == (240, 640, 3)
    x1, _, _, y2 = (round(side) for side in told["box"])
    assert np.abs(image[y2, x1 + 5].astype(int) - (255, 196, 0)).max() < 60


def test_a_clip_is_cut_around_the_sighting_and_given_in_ranges(vic: Client, found: str) -> None:
    path = f"/sightings/{found}/clip"
    whole = vic.get(path)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    with av.open(io.BytesIO(whole.content)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    told = vic.get(f"/sightings/{found}").json()
    assert told["clip_from"] < told["began"] <= told["ended"] < told["clip_to"]
    assert len(frames) > 20
    for asked, start, end in (("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None)):
        part = vic.get(path, headers={"Range": asked})
        assert part.status_code == 206
        assert part.content == whole.content[start:end]
    length = len(whole.content)
    assert part.headers["content-range"] == f"bytes {length - 50}-{length - 1}/{length}"
    assert vic.get(path, headers={"Range": f"bytes={length}-"}).status_code == 416
    assert vic.get(path, headers={"Range": "bytes=5-1"}).status_code == 416
    assert vic.get(path, headers={"Range": "lines=0-1"}).status_code == 200


class Everywhere:
    """A detector to which every frame is one person, from its left edge to its right."""

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        height, width = images[0].shape[:2]
        return [Detections(np.array([[0, 0, width, height]], np.float32), np.ones(1, np.float32))]


def test_heads_are_hidden_in_clips_and_frames(site: Site, found: str) -> None:
    client = Client.of(replace(site, detector=Everywhere, clips=Clips())).log_in("olga")
    for what, smoother in (("clip", 2.0), ("frame", 1.0)):  # the box is drawn into both frames
        shown = [client.get(f"/sightings/{found}/{what}", params=more).content for more in SEEN]
        after, before = (middle(data, what)[:200].astype(int) for data in shown)
        assert np.abs(np.diff(after, axis=0)).mean() < np.abs(np.diff(before, axis=0)).mean() / smoother


SEEN: tuple[dict[str, str], ...] = ({}, {"reason": "case 17"})


def middle(data: bytes, what: str) -> np.ndarray:
    if what == "frame":
        return picture(data)
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return frames[len(frames) // 2]


class OnceHere:
    """A detector that finds a person in the first frame only."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, images: Sequence[Image]) -> list[Detections]:
        self.asked += 1
        boxes = np.array([[10, 0, 30, 60]] if self.asked == 1 else np.zeros((0, 4)), np.float32)
        return [Detections(boxes, np.ones(len(boxes), np.float32))]


def test_a_person_missed_once_stays_hidden() -> None:
    noise = np.random.default_rng(7).integers(0, 255, (80, 60, 3)).astype(np.uint8)
    first, second, third = hidden([noise] * 3, OnceHere())
    assert (first[:20, 10:30] != noise[:20, 10:30]).any()
    assert (second == first).all()
    assert (third == noise).all()
    assert (first[21:] == noise[21:]).all()


def test_lost_footage_and_pictures_are_said_to_be_gone(filled: Path, tmp_path: Path) -> None:
    with site_in(copy_of(filled, tmp_path)) as site:
        client = Client.of(site).log_in("vic")
        found = client.get("/search", params={"q": "red", "min_probability": 0}).json()["matches"][0]["id"]
        for crop in (tmp_path / "media").rglob("*.jpg"):
            crop.unlink()
        assert client.get(f"/sightings/{found}/crop").status_code == 410
        assert client.get(f"/sightings/{found}/similar").status_code == 200  # vectors stay
        site.ledger.plan([replace(job, source="/gone.mp4") for job in site.ledger.jobs()])
        assert client.get(f"/sightings/{found}/clip").status_code == 410
        assert client.get(f"/sightings/{found}/frame").status_code == 410
        asked = {"like": [{"sighting": found, "box": [0, 0, 50, 50]}]}
        assert client.post("/search", json=asked).status_code == 410


@pytest.mark.parametrize(
    "name", ["..%2f..%2fpasserby.db", "%2e%2e/passerby.db", "../../passerby.db", "x%00y"]
)
def test_no_path_leads_out_of_the_media(name: str, vic: Client) -> None:
    for path in (f"{ROOT}/sightings/{name}/crop", f"{ROOT}/sightings/{name}", f"/static/{name}"):
        answer = vic.http.get(path)
        assert answer.status_code in (404, 422), path
        assert b"SQLite" not in answer.content
