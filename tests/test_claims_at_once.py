"""Many workers take deliveries at the same moment: each is one worker's, and nobody waits for another."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic

import pytest
from sqlalchemy import select

from bench.servers.postgres import Postgres
from storage.casework.alerts import Alerts
from storage.casework.tables import alerts
from storage.database.tables import open_database
from tests.casework_site import ADA, EVERYTHING, LEASE, TOLD, YOU, Desk

MANY, WORKERS = 12, 4


def due(url: str) -> Iterator[Desk]:
    """A desk with many alerts that are to be delivered now."""
    desk = Desk(url)
    _, search = desk.saved.add(ADA, "ada", TOLD)
    for position in range(MANY):
        _, shots = desk.index(position)
        desk.fire(search, shots[0])
    assert len(desk.alerts.newest(EVERYTHING)) == MANY
    yield desk
    desk.close()


@pytest.fixture
def desk(url: str) -> Iterator[Desk]:
    yield from due(url)


@pytest.fixture
def served(postgres: Postgres) -> Iterator[Desk]:
    with postgres.database() as url:
        yield from due(url)


def test_each_delivery_is_taken_by_one_of_many_workers(desk: Desk) -> None:
    def take(number: int) -> list[str]:
        taken, until = [], monotonic() + 30
        with closing(Alerts(desk.url, clock=desk.clock)) as mine:
            while len(taken) < MANY // WORKERS and monotonic() < until:
                if (delivery := mine.claim(f"host{number}:1:w", LEASE)) is not None:
                    taken.append(delivery.alert.id)
        return taken

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = [identity for some in pool.map(take, range(WORKERS)) for identity in some]
    assert sorted(taken) == sorted(alert.id for alert in desk.alerts.newest(EVERYTHING))
    assert desk.alerts.claim(YOU, LEASE) is None


@pytest.mark.server
def test_nobody_waits_for_a_delivery_that_another_is_just_taking(served: Desk) -> None:
    engine = open_database(served.url)
    longest = select(alerts.c.id).order_by(alerts.c.due, alerts.c.id).limit(1).with_for_update()
    with closing(engine.connect()) as other, other.begin():
        taken = other.execute(longest).scalar_one()
        asked = monotonic()
        delivery = served.alerts.claim(YOU, LEASE)
        assert monotonic() - asked < 2
        assert delivery is not None
        assert delivery.alert.id != taken
    engine.dispose()
