"""Descriptions as word pieces, with the place of every noun phrase among them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.acsa.architecture import TextShape
from models.acsa.phrases import find_phrases


@dataclass(frozen=True, slots=True)
class Description:
    """One description, ready to be put into a batch."""

    pieces: tuple[int, ...]  # word piece numbers of the sentence, with its special pieces
    phrases: tuple[str, ...]  # at most `most_phrases`
    spans: tuple[tuple[int, int], ...]  # of each phrase: first piece, one past the last
    alone: tuple[tuple[int, ...], ...]  # each phrase's own pieces, where phrases are encoded by themselves
    left_out: tuple[str, ...]  # phrases beyond the limits


class Reader:
    """Cuts descriptions into word pieces and phrases."""

    def __init__(self, tokenizer: Tokenizer, shape: TextShape) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer, self.shape = tokenizer, shape

    def read(self, description: str) -> Description:
        """ValueError for a description that names nothing."""
        found = find_phrases(description)
        encoding = self.tokenizer.encode(description)
        pieces = list(encoding.ids)
        end = min(len(pieces), self.shape.longest)
        if len(pieces) > end:
            pieces = [*pieces[: end - 1], pieces[-1]]  # the closing special piece stays
        spans: list[tuple[int, int]] = []
        kept: list[str] = []
        left_out: list[str] = []
        for phrase in found:
            inside = [
                place
                for place, (start, stop) in enumerate(encoding.offsets)
                if start < phrase.end and stop > phrase.start and stop > start
            ]
            # The last place is the closing piece's once the sentence has been cut.
            if len(kept) == self.shape.most_phrases or not inside or inside[-1] >= end - 1:
                left_out.append(phrase.text)
                continue
            kept.append(phrase.text)
            spans.append((inside[0], inside[-1] + 1))
        if not kept:  # one phrase longer than the limit: its beginning
            kept, spans = [left_out.pop(0)], [(1, end - 1)]
        return Description(tuple(pieces), tuple(kept), tuple(spans), self._alone(kept), tuple(left_out))

    def _alone(self, phrases: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        if self.shape.phrases == "span":
            return ()
        longest = self.shape.phrase_longest
        every = [list(one.ids) for one in self.tokenizer.encode_batch(list(phrases))]
        return tuple(tuple(ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]) for ids in every)


def load_tokenizer(path: Path) -> Tokenizer:
    """A tokenizer from its JSON file. OSError where it is missing, ValueError where it is damaged."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: it belongs beside the weights, copy it from where they came"
        )
    try:
        return Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare Exception for every fault
        raise ValueError(
            f"{path} is no tokenizer ({error}); copy it again from where the weights came"
        ) from error


def learn_tokenizer(descriptions: Iterable[str], pieces: int) -> Tokenizer:
    """Lower-case word pieces from the descriptions themselves, for a text tower that starts from nothing.

    Every letter seen and the most frequent words; the same descriptions always give the same pieces, which
    the library's own trainer does not promise and a resumed run depends on.
    """
    normal, cut = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    counts = Counter(
        word for text in descriptions for word, _ in cut.pre_tokenize_str(normal.normalize_str(text))
    )
    letters = sorted(set("".join(counts)))
    words = [word for word, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if len(word) > 1]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    every = [*special, *letters, *(f"##{letter}" for letter in letters), *words][:pieces]
    vocabulary = {piece: number for number, piece in enumerate(every)}
    tokenizer = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normal
    tokenizer.pre_tokenizer = cut
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer
