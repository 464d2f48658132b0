"""Lists of terms: what a site refuses, how a list is written, and that refusals are logged."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.asking.question import literal, read, refused_terms
from pipeline.search import QueryError

NOW = datetime(2026, 3, 11, 17, 30, tzinfo=UTC)
SHIPPED = refused_terms("")


@pytest.mark.parametrize(
    "sentence",
    [
        "black man in a coat",
        "a tall Asian-looking woman",
        "muslim woman",
        "dark-skinned guy",
        "two white girls",
    ],
)
def test_a_term_that_the_site_does_not_allow_is_refused_and_logged(
    sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(QueryError, match="does not search for people by"):
        read(sentence, (), NOW, zone=None, refused=SHIPPED)
    assert "question refused" in caplog.text
    with pytest.raises(QueryError, match="does not search"):
        literal(sentence, SHIPPED)
    assert literal(sentence, refused_terms("off")).description == sentence


def test_a_site_writes_its_own_list(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("# ours\n[uniform]\npolice*  # and officers\nsecurity guard\n", encoding="utf-8")
    refused = refused_terms(str(terms))
    with pytest.raises(QueryError, match=r'by uniform \("security guard"\)'):
        read("a security guard in black", (), NOW, zone=None, refused=refused)
    assert read("black man", (), NOW, zone=None, refused=refused).description == "black man"
    terms.write_text("police\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        refused_terms(str(terms))
    with pytest.raises(FileNotFoundError, match="name a text file"):
        refused_terms(str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    "sentence",
    [
        "black coat, white shirt",
        "black-haired man",
        "man in black, a child in white",
        "white children's shoes",
    ],
)
def test_colours_of_clothes_and_hair_are_not_refused(sentence: str) -> None:
    assert literal(sentence, SHIPPED).description == sentence


def test_the_words_of_a_term_may_be_joined_and_a_person_described(tmp_path: Path) -> None:
    terms = tmp_path / "terms.txt"
    terms.write_text("[build]\nover weight\nfat PERSON\nthin*\n", encoding="utf-8")
    refused = refused_terms(str(terms))
    for sentence in ("an Over-Weight man", "two fat older men", "thinnish woman"):
        with pytest.raises(QueryError, match="by build"):
            literal(sentence, refused)
    for sentence in ("fat stripes", "a man, fat-free", "within reach of a bag"):
        assert literal(sentence, refused).description == sentence
