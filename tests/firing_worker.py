"""A process that fires for what waits: python -m tests.firing_worker DATABASE SECONDS-SINCE-1970-TO-BEGIN-AT.

It has no index, so everybody is embedded, from pictures that are all red.
"""

import sys
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import numpy as np

from models.types import Image
from pipeline.casework.firing import Firing, Shelves
from storage.accounts.people import Accounts
from storage.casework.fresh import Fresh
from storage.casework.saved import SavedSearches
from tests.fakes import COLOURS, ColourEncoder


class Nothing:
    def get(self, ids: Iterable[UUID]) -> list[Any]:
        return []


class Reds:
    def get(self, key: str) -> Image:
        return np.full((16, 8, 3), COLOURS["red"], np.uint8)


def main(url: str, begin: float) -> None:
    index: Any = Nothing()
    media: Any = Reds()
    shelves = Shelves(Fresh(url), SavedSearches(url), Accounts(url), index, media)
    firing = Firing(ColourEncoder(), shelves)
    time.sleep(max(0.0, begin - time.time()))
    while shelves.fresh.waiting():
        if firing.next() is None:
            time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
