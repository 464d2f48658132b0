"""The ablation: its table, and runs that are not made twice."""

from pathlib import Path

import pytest

from bench.ablation import FULL, GLOBAL, VARIANTS, Figures, Plan, settle, table
from models.data.dataset import Dataset
from models.evaluation.metrics import Retrieval


def figures(nearness: float, whole: float) -> Figures:
    return Figures(0.5, *(Retrieval(r1, 90, 95, r1 / 2, 10) for r1 in (nearness, whole)))


def test_the_table_has_means_and_deviations_and_what_the_method_adds() -> None:
    told = table(
        {
            GLOBAL: {0: figures(20, 20), 1: figures(22, 22)},
            FULL: {0: figures(21, 30), 1: figures(23, 36), 2: figures(25, 36)},
        }
    )
    assert f"| {GLOBAL} | 2 | 21.0 ±1.4 | 10.5 ±0.7 | 21.0 ±1.4 | 10.5 ±0.7 | 0.50 |" in told
    assert f"| {FULL} | 3 | 23.0 ±2.0 | 11.5 ±1.0 | 34.0 ±3.5 | 17.0 ±1.7 | 0.50 |" in told
    assert "seed by seed: R@1 12.0 ±2.8, mAP 6.0 ±1.4." in told


def test_every_variant_is_a_network_and_a_folder_of_its_own(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, "trunk.safetensors", "words", 10)
    presets = [plan.preset(variant, 1) for variant in VARIANTS]
    assert [len(one.architecture.parts) for one in presets] == [1, 5, 9, 9, 9]
    assert [one.architecture.sharpness for one in presets] == [20, 0, 0, 20, 20]
    assert [one.recipe.losses.local_nce for one in presets] == [0, 1, 1, 1, 1]
    assert {one.recipe.seed for one in presets} == {1}
    assert len({plan.folder(variant, seed) for variant in VARIANTS for seed in range(3)}) == 15


def test_a_finished_run_with_other_settings_is_refused(tmp_path: Path) -> None:
    plan = Plan(tmp_path, tmp_path, "trunk.safetensors", "words", 10)
    folder = plan.folder(GLOBAL, 0)
    folder.mkdir()
    (folder / "figures.json").write_text('{"settings": {}, "figures": {}}')
    with pytest.raises(ValueError, match="other settings: give another --out"):
        settle(plan, GLOBAL, 0, Dataset("x", tmp_path, (), True, (), ()))
