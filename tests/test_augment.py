"""Changes to pictures that keep a description true."""

import numpy as np

from models.training.augment import Augment, augment
from tests.tiny_training import STILL


def test_augmentation_keeps_hues_and_repeats() -> None:
    images = np.zeros((16, 64, 32, 3), np.uint8)
    images[:] = (30, 160, 40)
    how = Augment(0.5, 0.2, 0.1, 8.0, 0.4, 0.05, 0.5, 0.5, 0.5, 0.5, 0.0)
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
