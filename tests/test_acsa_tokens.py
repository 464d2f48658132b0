"""Word pieces, spans and limits."""

from pathlib import Path

import pytest

from models.acsa.architecture import TextShape
from models.acsa.batch import batch_texts
from models.acsa.tokens import Reader, learn_tokenizer, load_tokenizer

TEXT = "a man in a red padded jacket with a grey hood and no bag"


def reader(**changes: object) -> Reader:
    return Reader(learn_tokenizer([TEXT] * 3, 400), TextShape(**changes))  # type: ignore[arg-type]


def test_spans_cover_the_phrases() -> None:
    one = reader()
    read = one.read(TEXT)
    words = [one.tokenizer.decode(list(read.pieces[start:end])) for start, end in read.spans]
    assert words == ["man", "red padded jacket", "grey hood", "bag"]
    assert read.phrases == ("man", "red padded jacket", "grey hood", "no bag")
    assert read.left_out == ()


def test_phrases_beyond_the_limits_are_told() -> None:
    assert reader(most_phrases=2).read(TEXT).left_out == ("grey hood", "no bag")
    short = reader(longest=9).read(TEXT)
    assert len(short.pieces) == 9
    assert short.phrases == ("man", "red padded jacket")
    assert short.left_out == ("grey hood", "no bag")


def test_a_phrase_longer_than_the_limit_keeps_its_beginning() -> None:
    read = reader(longest=5).read("red padded jacket hood bag man")
    assert read.spans == ((1, 4),)
    assert read.left_out == ()


def test_phrases_alone_say_their_negation() -> None:
    one = reader(phrases="alone")
    read = one.read("grey hood, no bag")
    assert [one.tokenizer.decode(list(pieces)) for pieces in read.alone] == [
        "[CLS] grey hood [SEP]",
        "[CLS] no bag [SEP]",
    ]


def test_a_batch_is_padded_and_masked() -> None:
    one = reader(phrases="alone")
    batch = batch_texts([one.read(TEXT), one.read("red hood")])
    assert batch.sentence.mask.sum(1).tolist() == [16, 4]
    assert batch.present.tolist() == [[True] * 4, [True, False, False, False]]
    assert batch.alone is not None
    assert len(batch.alone.numbers) == 5
    assert not batch.sentence.numbers[~batch.sentence.mask].any()


def test_a_damaged_tokenizer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tokenizer.json"
    with pytest.raises(FileNotFoundError, match="copy it"):
        load_tokenizer(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match="is no tokenizer"):
        load_tokenizer(path)


def test_the_same_descriptions_give_the_same_pieces() -> None:
    texts = ["red coat", "blue coat and red hat", "zebra print"]
    first, second = (learn_tokenizer(some, 60).get_vocab() for some in (texts, texts[::-1]))
    assert first == second
    assert {"red", "coat", "##a"} <= first.keys()
