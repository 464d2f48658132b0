"""A site whose saved searches fire."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from models.types import Image
from pipeline.casework.firing import Firing, Shelves
from storage.accounts.passwords import Passwords
from storage.accounts.people import Accounts
from storage.accounts.permissions import Role
from storage.casework.saved import Question, SavedSearch
from storage.types import Shot, Sighting
from tests.account_site import CHEAP, GOOD
from tests.account_site import ROOT as BY
from tests.casework_site import ADA, EVERYTHING, Desk
from tests.fakes import COLOURS, ColourEncoder, Shelf
from tests.ledger_chunks import chunk

RED, GREEN = Question("reds", "red", "red"), Question("greens", "green", "green")


class Kept:
    """The sightings of an index, by id."""

    def __init__(self) -> None:
        self.sightings: dict[UUID, Sighting] = {}
        self.asked = 0

    def get(self, ids: Iterable[UUID]) -> list[Sighting]:
        self.asked += 1
        return [self.sightings[each] for each in ids if each in self.sightings]


class Site(Desk):
    """A desk with an index, pictures and accounts, and what fires."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept, self.shelf = Kept(), Shelf()
        self.accounts = Accounts(url, Passwords(CHEAP), clock=self.clock)
        self.accounts.add(BY, "ada", GOOD, Role.OPERATOR)
        self.firing = self.firing_of(ColourEncoder())

    def firing_of(self, encoder: Any) -> Firing:
        index: Any = self.kept
        return Firing(encoder, Shelves(self.fresh, self.saved, self.accounts, index, self.shelf))

    def close(self) -> None:
        self.accounts.close()
        super().close()

    def save(self, question: Question = RED, owner: str = "ada") -> SavedSearch:
        return self.saved.add(ADA, owner, question)[1]

    def come(
        self, position: int, *colours: str, camera: str = "gate", at: float = 0, indexed: bool = True
    ) -> list[Shot]:
        """People of these colours who are in view for ten seconds, two shots of each, one after the other."""
        one = chunk(position, camera=camera)
        shots = []
        for number, colour in enumerate(colours):
            began = one.began + timedelta(seconds=at + 15 * number)
            for shot in range(2):
                made = Shot(
                    *(camera, one.fingerprint, 10 * position + number, shot),
                    *(began, began + timedelta(seconds=10), began + timedelta(seconds=shot + 1)),
                    *((0, 0, 8, 16), 0.9, f"{camera}/{position}-{number}-{shot}.jpg"),
                )
                self.shelf.put(made.crop, picture(colour))
                shots.append(made)
        if indexed:
            features = ColourEncoder().encode_images([self.shelf.get(shot.crop) for shot in shots])
            for shot, feature in zip(shots, features, strict=True):
                self.kept.sightings[shot.id] = Sighting(
                    shot, "colours@00000000", feature.vector, feature.parts
                )
        self.index(position, camera, shots)
        return shots

    def fired(self) -> list[tuple[str, str, UUID]]:
        """Search, camera and sighting of every alert, oldest footage first."""
        alerts = sorted(self.alerts.newest(EVERYTHING), key=lambda alert: (alert.taken, alert.name))
        return [(alert.name, alert.camera, alert.sighting) for alert in alerts]

    def run(self) -> None:
        while self.firing.next() is not None:
            pass


def picture(colour: str) -> Image:
    return np.full((16, 8, 3), COLOURS[colour], np.uint8)
