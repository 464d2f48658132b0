"""The steps of distilling, each against what it must reproduce."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.detection.layers import Place, convolutions, norms, settle_norms
from models.detection.network import untrained
from models.detection.regression import Regression
from models.detection.views import Views, split_pictures
from models.distil import Recipe, load_teacher
from models.types import Image


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(20):
        picture: Image = random.integers(0, 256, (60, 80, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"{number:02}.png"), picture)
    return tmp_path


@pytest.mark.parametrize(("kernel", "stride", "groups"), [(3, 1, 1), (3, 2, 1), (1, 1, 1), (3, 1, 8)])
@pytest.mark.parametrize(("down", "right"), [(0.0, 0.0), (0.4, 0.7), (1.0, 1.0)])
def test_a_window_is_answered_as_in_the_whole_map(
    kernel: int, stride: int, groups: int, down: float, right: float
) -> None:
    conv = nn.Conv2d(8, 16, kernel, stride, kernel // 2, groups=groups)
    given, place = torch.randn(2, 8, 20, 26), Place(down, right, 5)
    answer = conv(given)
    window = place.cut_given(given, conv, answer)
    own = F.conv2d(window, conv.weight, conv.bias, stride, 0, 1, groups)
    torch.testing.assert_close(own, place.cut(answer))


def pictures_of_one_place(count: int) -> Tensor:
    """Strongly correlated inputs: smooth maps with a little detail, (count, 4, 12, 12)."""
    smooth = F.interpolate(torch.randn(count, 4, 3, 3), size=12, mode="bilinear")
    return 1 + smooth + 0.05 * torch.randn(count, 4, 12, 12)


@pytest.mark.parametrize("groups", [1, 4])
def test_a_convolution_learns_another_from_its_answers(groups: int) -> None:
    torch.manual_seed(0)
    teacher = nn.Conv2d(4, 8, 3, groups=groups).requires_grad_(False)
    student = Regression(nn.Conv2d(4, 8, 3, groups=groups, bias=False))
    for _ in range(4):
        given = pictures_of_one_place(8)
        student.observe(given, teacher(given))
    student.ready(dead=1e-4)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.05, betas=(0.9, 0.99))
    steps = 200
    for step in range(steps):
        given = pictures_of_one_place(8)
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / steps) ** 2
        optimizer.zero_grad()
        student(given, teacher(given)).backward()
        optimizer.step()
    norm = nn.BatchNorm2d(8).eval()
    with torch.no_grad():
        given = pictures_of_one_place(8)
        wanted = teacher(given)
        assert float(student(given, wanted)) / 8 < 1e-2

        held = student.tensors("layer.conv", norm)
        behind = {key.removeprefix("layer.bn."): value for key, value in held.items() if ".bn." in key}
        norm.load_state_dict(norm.state_dict() | behind)
        own = norm(F.conv2d(given, held["layer.conv.weight"], groups=groups))
        assert float((own - wanted).square().mean() / wanted.var()) < 1e-2


def test_true_statistics_change_no_answer() -> None:
    torch.manual_seed(0)
    network = untrained().eval()
    pictures = [torch.rand(2, 3, 64, 64) for _ in range(3)]
    with torch.inference_mode():
        before = network(pictures[0])[0]
    settle_norms(network, pictures)
    with torch.inference_mode():
        after = network(pictures[0])[0]
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-2)
    first = norms(network)["model.0.conv"]
    answers = torch.cat([convolutions(network)["model.0.conv"](batch) for batch in pictures])
    assert first.running_mean is not None
    torch.testing.assert_close(first.running_mean, answers.mean((0, 2, 3)).detach(), rtol=1e-3, atol=1e-4)


def test_every_tenth_picture_is_held_out(photographs: Path) -> None:
    learn, measure = split_pictures([photographs])
    assert [path.name for path in measure] == ["09.png", "19.png"]
    assert len(learn) == 18


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no pictures"):
        split_pictures([tmp_path])


def test_the_same_seed_draws_the_same_views(photographs: Path) -> None:
    views = Views(split_pictures([photographs])[0])
    first, second = (views.batch(np.random.default_rng(3), 6, 96) for _ in range(2))
    assert first.shape == (6, 3, 96, 96)
    assert 0 <= float(first.min()) <= float(first.max()) <= 1
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_both_stages_sink_to_a_rate_of_nothing() -> None:
    recipe = Recipe(alone_steps=200, whole_steps=300)
    assert recipe.rate(199) < 1e-3 * recipe.alone_rate
    assert recipe.rate(499) < 1e-3 * recipe.whole_rate
    assert recipe.rate(120) > recipe.rate(160)


def test_a_teacher_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no teacher at nowhere"):
        load_teacher("nowhere.pt")
