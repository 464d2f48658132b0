"""Real servers for tests: started where their programs are, and skipped by name where they are not."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from bench.servers.server import MissingError

T = TypeVar("T")


def needed(make: Callable[[], T]) -> T:
    """What `make` makes; a skip that says what to install where this machine lacks it."""
    try:
        return make()
    except MissingError as error:
        pytest.skip(str(error))
