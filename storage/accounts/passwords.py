"""Passwords: what is a good enough one, and Argon2 hashes of them."""

import base64
import secrets
import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

AT_ONCE = BoundedSemaphore(2)  # of a process: each takes the 64 MB that make guessing dear
SHORTEST, LONGEST = 12, 1024  # characters; the longer one keeps hashing cheap


def check_password(name: str, password: str) -> None:
    """Raise ValueError unless the password may belong to the account."""
    if len(_normal(password)) < SHORTEST or len(password) > LONGEST:
        raise ValueError(f"the password must have {SHORTEST} to {LONGEST} characters: choose another")
    if _normal(password).casefold() == _normal(name).casefold():
        raise ValueError("the password must not be the name: choose another")
    if len(set(password)) < 4:
        raise ValueError("the password repeats the same few characters: choose another")


class Passwords:
    """Hashes and verifies; an account that does not exist takes as long to refuse as one that does."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher` decides what a new hash costs; by default argon2-cffi's, which follow RFC 9106."""
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._impossible()

    def hash(self, password: str) -> str:
        with AT_ONCE:
            return self._hasher.hash(_bytes(password))

    def verify(self, known: str | None, password: str) -> bool:
        """Whether `password` made the hash `known`; None, of an unknown account, is always refused."""
        try:
            with AT_ONCE:
                same = self._hasher.verify(known or self._nobody, _bytes(password[:LONGEST]))
        except VerifyMismatchError:
            return False
        except InvalidHashError as error:
            raise ValueError(
                "a stored password cannot be read: set it anew with passerby users passwd"
            ) from error
        return same and known is not None

    def is_stale(self, known: str) -> bool:
        """Whether the hash was made with other parameters than a new one would be."""
        return self._hasher.check_needs_rehash(known)

    def _impossible(self) -> str:
        """A hash of no password that costs as much to check as a real one."""
        hasher = self._hasher
        salt, digest = (
            base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
            for size in (hasher.salt_len, hasher.hash_len)
        )
        cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
        return f"$argon2id$v=19${cost}${salt}${digest}"


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)  # keyboards differ in how they compose an accent


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")  # JSON may carry half a character
