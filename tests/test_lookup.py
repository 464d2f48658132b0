"""The lookup benchmark: frames are counted right, its rules are kept, the peer reproduces its figures."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from bench.colour_words import by_colour_words
from bench.footage import Footage, GalleryCrop, LookupQuery, read_footage, shared_folder
from bench.lookup import EXCLUDED, by_encoder, main, rank, run_lookup, table
from bench.marks import Marks
from models.types import Floats, Image, ImageFeatures, Scores, TextFeatures


def crop(identity: str, colour: tuple[int, int, int] = (0, 0, 0)) -> GalleryCrop:
    image = np.full((20, 10, 3), colour, dtype=np.uint8)
    return GalleryCrop("d0", "clip", 0, (0, 0, 10, 20), identity, False, image)


def query(text: str, relevant: str = "", ambiguous: str = "", **more: str) -> LookupQuery:
    style = more.get("style", "short" if relevant else "absent")
    name = more.get("id", text)
    return LookupQuery(name, style, text, frozenset(relevant.split()), frozenset(ambiguous.split()))


def marked(*scores: float) -> Marks:
    values = np.array(scores, dtype=np.float32)
    return Marks(values, values)


def test_frames_are_counted_in_decoding_order(tmp_path: Path) -> None:
    footage = tmp_path / "footage"
    footage.mkdir()
    (tmp_path / "real-lookup").mkdir()
    with av.open(str(footage / "clip.avi"), "w") as clip:
        stream = clip.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(12):
            picture = np.full((64, 64, 3), 20 * number, dtype=np.uint8)
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        clip.mux(stream.encode(None))
    box = {"source": "clip", "box": [4, 8, 34, 60], "identity": "A", "hard": False}
    labels = {
        "sources": [{"name": "clip", "file": "clip.avi"}],
        "identities": [{"id": "A", "note": "a man"}],
        "gallery": [box | {"id": "d1", "frame": 7}, box | {"id": "d0", "frame": 2}],
        "queries": [{"id": "q1", "style": "short", "text": "a man", "relevant": ["A"], "ambiguous": []}],
    }
    path = tmp_path / "real-lookup" / "dev.json"
    path.write_text(json.dumps(labels))
    read = read_footage(tmp_path)
    assert [each.image.shape for each in read.gallery] == [(52, 30, 3)] * 2
    assert [round(float(each.image.mean()) / 20) for each in read.gallery] == [7, 2]
    assert read.queries == (query("a man", "A", id="q1"),)

    labels["gallery"] = [box | {"id": "d2", "frame": 12}]
    path.write_text(json.dumps(labels))
    with pytest.raises(ValueError, match="ends before frame 12"):
        read_footage(tmp_path)


def test_a_folder_without_the_benchmark(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="set PASSERBY_SHARED"):
        read_footage(tmp_path)


def test_crops_of_ambiguous_people_count_neither_way() -> None:
    people = np.array(["A", "B", "C", "A"])
    scores = marked(0.5, 0.9, 0.7, 0.1)
    assert rank(scores, query("x", "A"), people).first.tolist() == [3]
    assert rank(scores, query("x", "A", "B"), people).first.tolist() == [2]
    assert rank(scores, query("x", "A", "B C"), people).precision.tolist() == [1]
    assert rank(marked(1, 1, 1, 1), query("x", "A"), people).first.tolist() == [3]  # ties against the model


def footage(*queries: LookupQuery) -> Footage:
    notes = {"A": "red coat", "B": "black coat, bag", "C": "black coat", "D": "grey top"}
    return Footage(tuple(crop(name) for name in "ABCD"), queries, notes)


def answers(given: dict[str, Marks]) -> Callable[[str], Marks]:
    return lambda text: given[text]


def test_figures_by_hand() -> None:
    queries = (
        query("red coat", "A"),
        query("coat, no bag", "A C", "", id="q51", style="negation"),
        query("grey suit, no bag", "D", "", id="q52", style="negation"),
        query("a kilt"),
        query("a pram"),
    )
    given = {
        "red coat": marked(0.9, 0.2, 0.1, 0.1),
        "coat, no bag": marked(0.3, 0.8, 0.7, 0.1),  # B, who has a bag, is first
        "grey suit, no bag": marked(0.1, 0.2, 0.3, 0.6),
        "a kilt": marked(0.1, 0.1, 0.2, 0.1),
        "a pram": marked(0.1, 0.7, 0.2, 0.1),
    }
    scores = run_lookup(answers(given), footage(*queries), threshold=0.65)
    assert scores.overall.r1 == pytest.approx(200 / 3)
    assert scores.styles["negation"].r1 == 50
    assert scores.styles["negation"].map == pytest.approx(100 * ((1 / 2 + 2 / 3) / 2 + 1) / 2)
    assert scores.auroc == pytest.approx((1 + 1 + 0.5) / 3)  # best of present .9 .8 .6 against absent .2 .7
    assert scores.negation == 50  # q51 shows B in its first three; nobody's note speaks of paper (q52)
    assert scores.false_answers == 50
    assert scores.missed_answers == pytest.approx(100 / 3)


def test_without_a_threshold_there_are_no_answers_to_count() -> None:
    given = {"red coat, no bag": marked(1, 0, 0, 0), "a kilt": marked(0, 0, 0, 0)}
    asked = (query("red coat, no bag", "A", id="q51"), query("a kilt"))
    scores = run_lookup(answers(given), footage(*asked))
    assert scores.false_answers is None
    assert scores.missed_answers is None
    assert table({"mine": scores}).row_count == 1


def test_equal_people_count_as_if_the_excluded_one_came_first() -> None:
    given = {"no bag": marked(1, 1, 1, 1), "a kilt": marked(0, 0, 0, 0)}
    scores = run_lookup(answers(given), footage(query("no bag", "A", id="q51"), query("a kilt")))
    assert scores.negation == 0
    plain = run_lookup(answers(given), footage(query("no bag", "A"), query("a kilt")))
    assert plain.negation is None


class LightEncoder:
    """Knows one thing: how light a picture is. The close look turns the order of the vectors round."""

    model = "light@0"
    parts = ("whole",)

    def encode_images(self, images: Sequence[Image]) -> list[ImageFeatures]:
        light = [float(image.mean()) / 255 for image in images]
        return [ImageFeatures(np.array([x], np.float32), np.array([[x]], np.float16)) for x in light]

    def encode_text(self, text: str) -> TextFeatures:
        return TextFeatures(np.ones(1, np.float32), (text,), np.ones((1, 1), np.float32), (False,))

    def score(self, text: TextFeatures, nearness: Floats, parts: NDArray[np.float16]) -> Scores:
        close = -parts[:, 0, 0].astype(np.float32)
        return Scores(close, nearness, close[:, None, None], close[:, None])


def test_an_encoder_is_asked_for_its_full_score() -> None:
    gallery = [crop("A", (250, 250, 250)), crop("B", (5, 5, 5))]
    marks = by_encoder(LightEncoder(), [each.image for each in gallery])("dark")
    assert marks.score[1] > marks.score[0]
    assert marks.probability.tolist() == pytest.approx([250 / 255, 5 / 255])


def test_colour_words_speak_of_the_half_their_garment_is_worn_on() -> None:
    red, blue = (200, 20, 20), (30, 60, 170)
    people = []
    for upper, lower in ((red, blue), (blue, red)):
        image = np.full((20, 10, 3), lower, dtype=np.uint8)
        image[:10] = upper
        people.append(image)
    marks = by_colour_words(people)
    assert np.argmax(marks("red jacket and blue jeans").score) == 0
    assert np.argmax(marks("blue jacket").score) == 1
    assert np.argmax(marks("someone in red trousers").score) == 1
    nothing = marks("a bald man with red shoes")
    assert nothing.score[0] == nothing.score[1]
    assert nothing.probability.max() == 0


def real_footage() -> Footage:
    try:
        return read_footage(shared_folder())
    except FileNotFoundError as error:
        pytest.skip(str(error))


def test_colour_words_reproduce_their_reference_figures() -> None:
    footage = real_footage()
    assert (len(footage.gallery), len(footage.queries)) == (113, 71)
    scores = run_lookup(by_colour_words([each.image for each in footage.gallery]), footage)
    # README of the benchmark: 16.7, 36.7, 26.3 and .70; another list of words moves them by a few queries
    assert scores.overall.r1 == pytest.approx(16.7, abs=2)
    assert scores.overall.r5 == pytest.approx(36.7, abs=4)
    assert scores.overall.map == pytest.approx(26.3, abs=4)
    assert scores.auroc == pytest.approx(0.70, abs=0.07)


def test_every_negation_query_shuts_out_somebody_and_nobody_whom_it_is_true_of() -> None:
    footage = real_footage()
    negations = [each for each in footage.queries if each.style == "negation"]
    assert {each.id for each in negations} == set(EXCLUDED)
    for each in negations:
        people = {one.identity for one in footage.gallery}
        out = {person for person in people if re.search(EXCLUDED[each.id], footage.notes[person])}
        assert out - each.ambiguous
        assert not out & each.relevant


def test_the_command_says_where_the_footage_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="set PASSERBY_SHARED"):
        main(["--shared", str(tmp_path)])
