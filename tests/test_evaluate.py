"""Evaluation from a checkpoint on disk to tables, page and figures, with a tiny random network."""

import json
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from rich.console import Console, RenderableType

from models.acsa.architecture import Architecture, ImageShape, TextShape
from models.acsa.card import Card
from models.acsa.checkpoint import load_checkpoint, save_checkpoint
from models.acsa.network import Acsa
from models.acsa.tokens import learn_tokenizer
from models.data.annotations import SplitCount
from models.data.dataset import SYNTHESIS_MARK, Dataset, Example, read_dataset
from models.evaluate import LOCAL, NEARNESS, WHOLE, evaluate, main, spreads
from models.evaluation import tables
from models.evaluation.cost import measure_cost
from models.evaluation.metrics import Retrieval
from models.evaluation.page import write_html
from models.evaluation.pairs import score_pairs
from models.evaluation.published import COUNTS, ROWS
from models.evaluation.ranking import measure
from models.evaluation.sheet import CELL, RIGHT, TEXT, WRONG, choose_answers, draw_examples

COLOURS = {"red": (200, 20, 20), "green": (20, 160, 20), "blue": (20, 20, 200), "white": (240, 240, 240)}
TINY = Architecture(
    name="tiny",
    image=ImageShape(backbone="timm:test_resnet", height=64, width=32, windows=(1, 1)),
    text=TextShape(
        shape={
            "vocab_size": 120,
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 16,
        }
    ),
    width=16,
    attention=8,
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eight pictures of four identities with two captions each, in the format of CUHK-PEDES."""
    folder, entries = tmp_path / "data", []
    for number in range(8):
        colour = list(COLOURS)[number // 2]
        file = folder / "imgs" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(number).integers(0, 15, (40, 20, 3))
        PIL.Image.fromarray((np.array(COLOURS[colour]) - noise).clip(0, 255).astype(np.uint8)).save(file)
        captions = [f"a man in a {colour} jacket and jeans", f"somebody with a {colour} coat number {number}"]
        entries.append({"file_path": file.name, "captions": captions, "id": number // 2 + 1, "split": "test"})
    (folder / "reid_raw.json").write_text(json.dumps(entries))
    return folder


def write_weights(path: Path, *, seed: int = 0) -> Path:
    torch.manual_seed(seed)
    tokenizer = learn_tokenizer([f"a man in a {c} jacket and jeans, somebody, coat" for c in COLOURS], 120)
    save_checkpoint(path, Acsa(TINY).eval(), tokenizer, Card(TINY, weight=0.25))
    return path


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return write_weights(tmp_path / "tiny.safetensors")


def written(thing: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=250).print(thing)
    return out.getvalue()


def held(written: Sequence[SplitCount], *, rendered: bool = False, pictures: int = 3) -> Dataset:
    examples = tuple(Example(Path(f"{n}.png"), ("someone",), n, "test") for n in range(pictures))
    return Dataset("CUHK-PEDES", Path("data"), examples, rendered, tuple(written), ("mended this",))


def test_all_pairs_have_both_scores(weights: Path, data: Path) -> None:
    dataset = read_dataset(data)
    pairs = score_pairs(load_checkpoint(weights), dataset, torch.device("cpu"))
    assert pairs.nearness.shape == pairs.local.shape == (8, 16)
    assert np.abs(pairs.nearness).max() <= 1.00001
    assert np.allclose(pairs.total(0.25), 0.75 * pairs.nearness + 0.25 * pairs.local)


def test_a_shuffled_gallery_gives_the_same_figures(weights: Path, data: Path) -> None:
    dataset = read_dataset(data)
    order = np.random.default_rng(3).permutation(len(dataset))
    shuffled = replace(dataset, examples=tuple(dataset.examples[n] for n in order))
    first, second = (evaluate(weights, each, torch.device("cpu")).rankings for each in (dataset, shuffled))
    assert first == second


def test_both_directions_by_hand() -> None:
    examples = (
        Example(Path("a.png"), ("a1", "a2"), 0, "test"),
        Example(Path("b.png"), ("b1",), 1, "test"),
    )
    dataset = Dataset("mine", Path("mine"), examples, False, (), ())
    scores = np.array(
        [[0.9, 0.1, 0.8], [0.2, 0.5, 0.7]], dtype=np.float32
    )  # pictures a, b; captions a1, a2, b1
    ranking = measure(dataset, scores)
    # a1 finds a; a2 finds b first; b1 finds a first
    assert ranking.text_to_image.r1 == pytest.approx(100 / 3)
    assert ranking.text_to_image.map == pytest.approx(100 * (1 + 1 / 2 + 1 / 2) / 3)
    # a: a1, b1, a2; b: b1 first
    assert ranking.image_to_text.r1 == 100
    assert ranking.image_to_text.map == pytest.approx(100 * ((1 + 2 / 3) / 2 + 1) / 2)
    assert ranking.image_to_text.minp == pytest.approx(100 * (2 / 3 + 1) / 2)
    with pytest.raises(ValueError, match="score every pair"):
        measure(dataset, scores[:, :2])


def test_more_queries_than_one_chunk() -> None:
    examples = tuple(Example(Path(f"{n}.png"), ("someone",), n, "test") for n in range(600))
    dataset = Dataset("mine", Path("mine"), examples, False, (), ())
    scores = np.eye(600, dtype=np.float32)
    scores[599, 599] = -1  # the last chunk counts too: its one miss shows
    ranking = measure(dataset, scores)
    assert ranking.text_to_image.r1 == ranking.image_to_text.r1 == pytest.approx(100 * 599 / 600)


def test_seeds_are_summed_up(tmp_path: Path, data: Path) -> None:
    dataset = read_dataset(data)
    runs = [
        evaluate(write_weights(tmp_path / f"{seed}.safetensors", seed=seed), dataset, torch.device("cpu"))
        for seed in range(2)
    ]
    maps = [run.rankings[WHOLE].text_to_image.map for run in runs]
    spread, _ = spreads(runs)[WHOLE]
    assert spread.mean.map == pytest.approx(np.mean(maps))
    assert spread.deviation.map == pytest.approx(np.std(maps, ddof=1))


def test_the_page_frames_hits_green_and_misses_red(data: Path) -> None:
    dataset = read_dataset(data)
    scores = dataset.matches().astype(np.float32)  # perfect: two right pictures, then six wrong ones
    page = np.asarray(draw_examples(dataset, choose_answers(dataset, scores, queries=3)))
    assert page.shape == (3 * CELL[1], TEXT + 11 * CELL[0], 3)
    corners = [tuple(page[0, TEXT + place * CELL[0]].tolist()) for place in range(1, 9)]
    assert corners == [RIGHT] * 2 + [WRONG] * 6


def test_the_html_page_stands_alone_and_escapes_what_it_shows(data: Path) -> None:
    dataset = read_dataset(data)
    first = replace(dataset.examples[0], captions=("<script>alert(1)</script> & a red jacket",))
    dataset = replace(dataset, examples=(first,))
    answers = choose_answers(dataset, np.ones((1, 1), np.float32))
    assert [(one.own, one.best, one.right, one.first) for one in answers] == [(0, (0,), (True,), 1)]
    page = write_html(dataset, np.ones((1, 1), np.float32), answers, 'weights "<1>"')
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; a red jacket" in page
    assert "<title>weights &quot;&lt;1&gt;&quot;</title>" in page
    assert page.count("src=") == page.count('src="data:image/jpeg;base64,') == 2
    assert "http" not in page


def test_the_html_page_marks_hits_and_misses_and_tells_the_rank(data: Path) -> None:
    dataset = read_dataset(data)
    scores = -dataset.matches().astype(np.float32)  # the two right pictures come last
    page = write_html(dataset, scores, choose_answers(dataset, scores, queries=3), "worst")
    assert page.count('class="wrong"') == 3 * 6
    assert page.count('class="right"') == 3 * 2
    assert page.count("first right picture at rank 7 of 8") == 3
    assert "0 of these 3 descriptions" in page


def test_cost_counts_what_the_network_does(weights: Path) -> None:
    checkpoint = load_checkpoint(weights)
    cost = measure_cost(checkpoint, "a man in a red jacket", torch.device("cpu"))
    assert cost.parameters == sum(p.numel() for p in checkpoint.network.parameters())
    assert cost.image.macs > 1e5
    assert min(cost.image.milliseconds, cost.query.milliseconds, cost.close_look.milliseconds) > 0
    assert "M parameters" in written(tables.cost(cost))


def test_counts_stand_beside_the_published_ones() -> None:
    same = written(tables.counts(held(COUNTS["CUHK-PEDES"])))
    assert same.count("the same") == 3
    assert "mended this" in same
    less = written(tables.counts(held([SplitCount("test", 999, 3_074, 6_156)])))
    assert "1,000 / 3,074 / 6,156" in less
    assert "not the published CUHK-PEDES (test, train, val differ)" in less
    assert "may stand beside published ones" in written(tables.counts(held([], rendered=True)))


def test_the_paper_table_sets_the_run_under_published_rows() -> None:
    dataset = held(COUNTS["CUHK-PEDES"], pictures=3_074)
    run = Retrieval(12.34, 20, 30, 11.11, 5)
    text = written(tables.beside_published(dataset, "test", [("ours", run)]))
    for found in ("ACSA", "63.56", "IRRA", "73.38", "RDE", "this run, ours", "12.34"):
        assert found in text


@pytest.mark.parametrize(
    ("dataset", "split", "message"),
    [
        (held(COUNTS["CUHK-PEDES"], rendered=True, pictures=3_074), "test", "rendered people"),
        (held(COUNTS["CUHK-PEDES"], pictures=3_074), "val", "nobody has published"),
        (held(COUNTS["CUHK-PEDES"], pictures=3_000), "test", "not the published one"),
        (replace(held(COUNTS["CUHK-PEDES"]), name="mine"), "test", "nobody has published"),
    ],
)
def test_the_paper_table_refuses_what_cannot_be_compared(dataset: Dataset, split: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tables.beside_published(dataset, split, [])


def test_the_command_writes_everything(
    weights: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, record = tmp_path / "pages" / "page.png", tmp_path / "figures.json"
    browsed = tmp_path / "html" / "page.html"
    line = f"--weights {weights} --data {data} --device cpu --cost --examples {page} --json {record}"
    main([*line.split(), "--page", str(browsed)])
    shown = capsys.readouterr().out
    assert "0.25 of the score is cross-attention" in shown
    with PIL.Image.open(page) as image:
        assert image.format == "PNG"
    assert "on CUHK-PEDES (test)" in browsed.read_text()
    values = json.loads(record.read_text())
    assert values["captions"] == 16
    assert set(values["runs"][0]["rankings"]) == {WHOLE, NEARNESS, LOCAL}


def test_the_command_refuses_a_paper_table_on_rendered_people(weights: Path, data: Path) -> None:
    (data / SYNTHESIS_MARK).write_text("{}")
    with pytest.raises(SystemExit, match="rendered people"):
        main(["--weights", str(weights), "--data", str(data), "--device", "cpu", "--paper-table"])


def test_the_command_names_a_missing_folder(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is not a folder"):
        main(["--weights", str(weights), "--data", str(tmp_path / "nowhere"), "--device", "cpu"])


def test_published_rows_name_their_source() -> None:
    assert all(row.source for row in ROWS)
    assert {name for row in ROWS for name in row.scores} == set(COUNTS)
