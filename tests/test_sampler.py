"""Which pictures stand in which batch."""

import numpy as np

from models.training.sampler import IdentitySampler


def test_every_picture_comes_once_an_epoch_beside_its_own_kind() -> None:
    identities = np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3])
    sampler = IdentitySampler(identities, batch=4, per_identity=2, seed=1)
    for epoch in range(3):
        batches = [sampler.rows(epoch * 3 + place) for place in range(3)]
        assert sorted(np.concatenate(batches)) == list(range(12))
        for rows in batches:
            assert all(identities[rows[at]] == identities[rows[at + 1]] for at in (0, 2))
    first = IdentitySampler(identities, batch=4, per_identity=2, seed=1)
    assert first.rows(7).tolist() == sampler.rows(7).tolist()
    assert [first.rows(step).tolist() for step in range(3)] != [
        first.rows(step).tolist() for step in range(3, 6)
    ]
