"""Tell a database that is away from a fault of the program."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError


@contextmanager
def answering() -> Iterator[None]:
    """Raise OSError where the database does not answer, so that callers may go on and try again."""
    try:
        yield
    except DBAPIError as error:
        raise OSError(f"the database does not answer ({error.orig}); check that its server runs") from error
