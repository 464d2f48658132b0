"""How varied the captions are: `python -m synthesis.describing.diversity --count 5000`."""

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthesis.describing.captions import FACINGS, Caption, compose
from synthesis.looks.sample import sample_look

PUBLISHED = {"CUHK-PEDES": 23.5, "ICFG-PEDES": 37.2}  # mean words of a caption, as their papers state them


@dataclass(frozen=True, slots=True)
class Diversity:
    """Counts over captions. Distinct-n is distinct n-grams over all n-grams (Li et al., NAACL 2016)."""

    captions: int
    distinct_captions: float
    distinct_ngrams: dict[int, float]
    vocabulary: int
    mean_words: float
    quantiles: dict[int, float]  # percentile -> words
    styles: dict[str, float]  # style -> share


def sample_captions(count: int, seed: int) -> list[Caption]:
    """One caption each of `count` random people, seen from random sides."""
    rng = np.random.default_rng(seed)
    return [compose(sample_look(rng), rng, facing=FACINGS[int(rng.integers(3))]) for _ in range(count)]


def measure(captions: Sequence[Caption]) -> Diversity:
    """Raises ValueError for no captions."""
    if not captions:
        raise ValueError("There are no captions to measure; sample at least one.")
    texts = [caption.text.lower() for caption in captions]
    words = [re.sub(r"[,.;:?]", " ", text).split() for text in texts]
    lengths = np.array([len(sentence) for sentence in words])
    ratios = {}
    for n in (1, 2, 3):
        grams = Counter(tuple(s[i : i + n]) for s in words for i in range(len(s) - n + 1))
        ratios[n] = len(grams) / max(1, grams.total())
    styles = Counter(caption.style for caption in captions)
    return Diversity(
        captions=len(texts),
        distinct_captions=len(set(texts)) / len(texts),
        distinct_ngrams=ratios,
        vocabulary=len({word for sentence in words for word in sentence}),
        mean_words=float(lengths.mean()),
        quantiles={q: float(np.percentile(lengths, q)) for q in (5, 25, 50, 75, 95)},
        styles={style: count / len(texts) for style, count in styles.most_common()},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="captions to sample")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    captions = sample_captions(options.count, options.seed)
    found = measure(captions)
    print(f"captions          {found.captions}, of them distinct {found.distinct_captions:.1%}")
    print(f"vocabulary        {found.vocabulary} words")
    for n, ratio in found.distinct_ngrams.items():
        print(f"distinct {n}-grams  {ratio:.4f}")
    print(f"words a caption   mean {found.mean_words:.1f}, percentiles {found.quantiles}")
    full = [len(caption.text.split()) for caption in captions if caption.size == "full"]
    published = ", ".join(f"{name} {words}" for name, words in PUBLISHED.items())
    print(f"full sentences    {len(full) / len(captions):.1%}, mean {np.mean(full):.1f} words ({published})")
    for style, share in found.styles.items():
        print(f"  {style:18}{share:6.1%}")


if __name__ == "__main__":
    main()
