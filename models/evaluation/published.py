"""What others have published: sizes of the data sets and scores of the methods, with their sources."""

from dataclasses import dataclass

from models.data.annotations import SplitCount

COUNTS: dict[str, tuple[SplitCount, ...]] = {
    "CUHK-PEDES": (
        SplitCount("train", 11_003, 34_054, 68_126),
        SplitCount("val", 1_000, 3_078, 6_158),
        SplitCount("test", 1_000, 3_074, 6_156),
    ),
    "ICFG-PEDES": (
        SplitCount("train", 3_102, 34_674, 34_674),
        SplitCount("test", 1_000, 19_848, 19_848),
    ),
    "RSTPReid": (
        SplitCount("train", 3_701, 18_505, 37_010),
        SplitCount("val", 200, 1_000, 2_000),
        SplitCount("test", 200, 1_000, 2_000),
    ),
}


@dataclass(frozen=True, slots=True)
class Score:
    """Text to image on one test split, percent."""

    r1: float
    map: float | None = None


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One method as its source reports it. Most sources chose their epoch on the test split."""

    method: str
    network: str
    scores: dict[str, Score]  # by data set
    source: str
    note: str = ""
    person_pretraining: bool = False  # saw captioned person crops beside the training split


def _scores(cuhk: Score | None, icfg: Score | None, rstp: Score | None) -> dict[str, Score]:
    named = {"CUHK-PEDES": cuhk, "ICFG-PEDES": icfg, "RSTPReid": rstp}
    return {name: score for name, score in named.items() if score is not None}


ROWS = (
    PublishedRow(
        "ACSA",
        "Swin-T + BERT 224x224",
        _scores(Score(63.56), None, Score(48.40)),
        "arXiv 2212.11958; wizwand benchmark pages",
        "without re-ranking; the 68.67 with it is no mark, its released code profits from the test order",
    ),
    PublishedRow(
        "LGUR",
        "DeiT-S + BERT",
        _scores(Score(65.25), Score(59.02), Score(47.95)),
        "tables of the UniPT and Bi-IRRA papers",
    ),
    PublishedRow(
        "CLIP fine-tuned (InfoNCE)",
        "CLIP ViT-B/16 384x128",
        _scores(Score(68.19, 61.12), Score(56.74, 31.84), Score(54.05, 43.41)),
        "IRRA README",
    ),
    PublishedRow(
        "IRRA",
        "CLIP ViT-B/16 384x128",
        _scores(Score(73.38, 66.13), Score(63.46, 38.06), Score(60.20, 47.17)),
        "IRRA README",
        "RSTPReid from one outlying epoch chosen on test; users get 58",
    ),
    PublishedRow(
        "TBPS-CLIP",
        "CLIP ViT-B/16 224x224",
        _scores(Score(73.54, 65.38), Score(65.05, 39.83), Score(61.95, 48.26)),
        "TBPS-CLIP README",
        "5 epochs",
    ),
    PublishedRow(
        "RDE",
        "CLIP ViT-B/16 384x128",
        _scores(Score(75.94, 67.56), Score(67.68, 40.06), Score(65.35, 50.88)),
        "RDE paper and README",
    ),
    PublishedRow(
        "ICL",
        "CLIP ViT-B/16",
        _scores(Score(76.41, 68.04), Score(68.11, 40.81), Score(67.70, 52.62)),
        "result.png of QinYang79/ICL",
    ),
    PublishedRow(
        "RaSa",
        "ALBEF ViT-B/16 384x384, cross-encoder",
        _scores(Score(76.51, 69.38), Score(65.28, 41.29), Score(66.90, 52.31)),
        "RaSa README",
        "re-scores 128 candidates with the whole network",
    ),
    PublishedRow(
        "ICL + THI",
        "CLIP ViT-B/16 + Qwen2-VL-7B",
        _scores(Score(77.91, 69.13), Score(69.02, 41.21), Score(70.55, 53.68)),
        "result.png of QinYang79/ICL",
        "asks a 7 B language model at query time",
    ),
    PublishedRow(
        "APTM",
        "Swin-B + BERT 384x128, cross-encoder",
        _scores(Score(76.53, 66.91), Score(68.51, 41.22), Score(67.50, 52.56)),
        "APTM README",
        "MALS, 1.5 M generated pictures; re-scores 128 candidates",
        person_pretraining=True,
    ),
    PublishedRow(
        "NAM + IRRA",
        "CLIP ViT-B/16 384x128",
        _scores(Score(76.82, 69.55), Score(67.05, 41.51), Score(68.50, 53.02)),
        "MLLM4Text-ReID paper, CVPR 2024",
        "LUPerson-MLLM, 1 M pictures",
        person_pretraining=True,
    ),
    PublishedRow(
        "GA-DMS",
        "CLIP ViT-B/16",
        _scores(Score(77.60, 69.82), Score(69.51, 42.30), Score(71.25, 55.43)),
        "arXiv 2509.09118",
        "WebPerson, 5 M pictures",
        person_pretraining=True,
    ),
    PublishedRow(
        "Bi-IRRA",
        "X2-VLM, fusion encoder",
        _scores(Score(79.43, 70.51), Score(70.36, 43.28), Score(72.50, 57.32)),
        "arXiv 2510.17685",
        "LUPerson-MLLM",
        person_pretraining=True,
    ),
)
