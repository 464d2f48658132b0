"""The shipped weights keep what they reached on real people: floors, with the crops and frames given."""

from pathlib import Path

import pytest

from bench.colour_words import by_colour_words
from bench.detection import DetectionRow, compare
from bench.footage import read_footage, shared_folder
from bench.lookup import LookupScores, by_encoder, run_lookup
from models.acsa import encoder
from models.detection.detector import SHIPPED as DETECTOR

# Percent. Set a little under what the shipped weights were measured at: of 60 descriptions one is 1.7 points
# of R@1, and a change of the machine or of a library may turn one or two.
R1, R5, MAP = 53.0, 75.0, 56.0
ABOVE = 20.0  # points of each measure over the better colour-word row of the same run
AUROC = 0.85  # 0..1, of descriptions of somebody against those of nobody
RECALL, PRECISION = 0.92, 0.95  # 0..1, of the person detector at its own threshold


def shared() -> Path:
    folder = shared_folder()
    if not (folder / "real-lookup" / "dev.json").is_file():
        pytest.skip(f"no real-lookup in {folder}; name its folder with PASSERBY_SHARED")
    return folder


@pytest.fixture(scope="module")
def scores() -> dict[str, LookupScores]:
    """The shipped encoder and both colour-word rows on the same crops."""
    folder = shared()
    if not encoder.SHIPPED.is_file():
        pytest.skip(f"no weights in {encoder.SHIPPED}")
    footage = read_footage(folder)
    images = [crop.image for crop in footage.gallery]
    return {
        "shipped": run_lookup(by_encoder(encoder.load_encoder(), images), footage),
        "colour words": run_lookup(by_colour_words(images), footage),
        "colour words, middle half": run_lookup(by_colour_words(images, middle=0.5), footage),
    }


def test_the_right_people_come_first(scores: dict[str, LookupScores]) -> None:
    overall = scores["shipped"].overall
    assert overall.r1 >= R1
    assert overall.r5 >= R5
    assert overall.map >= MAP
    assert scores["shipped"].auroc >= AUROC


def test_the_encoder_is_clearly_above_colour_words(scores: dict[str, LookupScores]) -> None:
    shipped = scores["shipped"].overall
    for name in ("colour words", "colour words, middle half"):
        peer = scores[name].overall
        assert shipped.r1 >= peer.r1 + ABOVE, name
        assert shipped.r5 >= peer.r5 + ABOVE, name
        assert shipped.map >= peer.map + ABOVE, name


def test_every_style_is_above_colour_words(scores: dict[str, LookupScores]) -> None:
    for style, reached in scores["shipped"].styles.items():
        for name in ("colour words", "colour words, middle half"):
            assert reached.map > scores[name].styles[style].map, (style, name)


@pytest.fixture(scope="module")
def detected() -> DetectionRow:
    folder = shared()
    if not DETECTOR.is_file():
        pytest.skip(f"no weights in {DETECTOR}")
    return compare(folder, [""]).rows[0]


def test_the_detector_finds_the_people_and_little_else(detected: DetectionRow) -> None:
    assert detected.recall >= RECALL
    assert detected.precision >= PRECISION
