"""Changes to pictures that keep a description true."""

import numpy as np

from models.training.augment import Augment, augment
from tests.tiny_training import STILL


def test_augmentation_keeps_hues_and_repeats() -> None:
    images = np.zeros((16, 64, 32, 3), np.uint8)
    images[:] = (30, 160, 40)
    how = Augment(
        flip=0.5, zoom=0.2, shift=0.1, rotate=8, cut=0.5, light=0.4, cast=0.05,
        blur=0.5, shrink=0.5, compress=0.5, noise=0.5,
    )  # fmt: skip
    changed = augment(images, how, np.random.default_rng(3))
    assert changed.shape == images.shape
    assert changed.dtype == np.uint8
    mean = changed.reshape(16, -1, 3).mean(axis=1)
    assert (mean.argmax(axis=1) == 1).all()
    assert (mean[:, 1] > 2 * mean[:, 0]).all()
    assert np.array_equal(changed, augment(images, how, np.random.default_rng(3)))
    assert not np.array_equal(changed, augment(images, how, np.random.default_rng(4)))


def test_no_augmentation_is_the_identity_and_a_flip_is_a_mirror() -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 16, 3), dtype=np.uint8)
    still = augment(images, Augment(**STILL), np.random.default_rng(0))
    assert np.array_equal(still, images)
    mirrored = augment(images, Augment(**STILL | {"flip": 1}), np.random.default_rng(0))
    assert np.array_equal(mirrored, images[:, :, ::-1])


def test_what_is_cut_off_is_at_a_side_or_below() -> None:
    gradient = np.zeros((1, 64, 32, 3), np.uint8)
    gradient[..., 0] = np.arange(64)[:, None] * 4  # red grows downwards, green to the right
    gradient[..., 1] = np.arange(32) * 8
    how = Augment(**STILL | {"cut": 1})
    seen = set()
    for seed in range(40):
        (image,) = augment(gradient, how, np.random.default_rng(seed))
        assert image.shape == (64, 32, 3)
        below, left, right = image[-1, 0, 0] < 230, image[0, 0, 1] > 30, image[0, -1, 1] < 210
        assert below + left + right == 1
        assert image[0, 0, 0] == 0, "the head stays"
        seen.add((bool(below), bool(left), bool(right)))
    assert len(seen) == 3
