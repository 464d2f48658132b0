"""Which pictures make up the batch of a step: several of each identity, every picture once an epoch."""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


class IdentitySampler:
    """Batches by step number alone, so a run can go on from any step.

    Args:
        identities: (n,) the identity of each picture.
        batch: pictures of a batch; the rest of an epoch that fills none is left out.
        per_identity: pictures of one identity that stand together in a batch.
    """

    def __init__(self, identities: Rows, *, batch: int, per_identity: int, seed: int) -> None:
        if len(identities) < 2:
            raise ValueError("training needs at least two pictures")
        self.identities, self.seed, self.per_identity = identities, seed, per_identity
        self.batch = min(batch, len(identities))
        self.steps = len(identities) // self.batch  # of one epoch
        self._epoch, self._order = -1, np.empty(0, dtype=np.int64)

    def rows(self, step: int) -> Rows:
        """(batch,) rows of the pictures of a step."""
        epoch, place = divmod(step, self.steps)
        if epoch != self._epoch:
            self._epoch, self._order = epoch, self._arrange(epoch)
        return self._order[place * self.batch : (place + 1) * self.batch]

    def _arrange(self, epoch: int) -> Rows:
        """All rows in the order of an epoch: groups of one identity, the groups shuffled."""
        rng = np.random.default_rng((self.seed, epoch))
        shuffled = rng.permutation(len(self.identities))
        order = shuffled[np.argsort(self.identities[shuffled], kind="stable")]
        sorted_identities = self.identities[order]
        begins = np.flatnonzero(np.r_[True, sorted_identities[1:] != sorted_identities[:-1]])
        within = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
        is_head = within % self.per_identity == 0
        group = np.cumsum(is_head) - 1
        rank = rng.permutation(int(group[-1]) + 1)
        return order[np.argsort(rank[group], kind="stable")]
