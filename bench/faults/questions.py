"""Somebody who searches all the time, and waits for an answer no longer than a deadline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from time import monotonic, sleep
from typing import Any

from celery import Celery
from celery.result import AsyncResult
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

DEADLINE = 15.0  # seconds
_AGAIN = 4.0  # seconds after which the worker that has the question may be dead, and another is asked too
_LOOK = 0.05  # seconds between two looks for an answer
_PAUSE = 0.5  # seconds before asking a broker again that was away
_EVERY = 2.0  # seconds between an answer and the next question


class Outcome(StrEnum):
    """What became of a question."""

    WHOLE = "answered"
    PARTIAL = "answered, said to be partial"
    REFUSED = "refused with the reason"
    SILENT = "no answer within the deadline"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    at: float  # seconds since the run began
    took: float  # seconds
    outcome: Outcome
    times: int  # how often it was sent
    said: str  # the reason of a refusal, the notice of a partial answer


class Asker:
    """Asks the search workers through the broker, by the name of the task, as any client may."""

    def __init__(self, broker: str, question: str) -> None:
        self._app = Celery("asker", broker=broker, backend=broker)
        self._app.conf.broker_transport_options = {"socket_timeout": 2.0, "socket_connect_timeout": 2.0}
        self._app.conf.result_backend_transport_options = {"retry_policy": {"timeout": 2.0}}
        self._question = question
        self.asked: list[Asked] = []

    def ask_until(self, stop: Event, began: float) -> None:
        """One question after the other; `began` is the run's beginning on the steady clock."""
        while not stop.is_set():
            self.asked.append(self._ask(began))
            stop.wait(_EVERY)

    def _ask(self, began: float) -> Asked:
        asked = again = monotonic()
        sent: list[AsyncResult[Any]] = []
        outcome, said = Outcome.SILENT, ""
        while (left := DEADLINE - (monotonic() - asked)) > 0:
            try:
                if monotonic() >= again:
                    sent.append(self._send(left))
                    again = monotonic() + _AGAIN
                first = next((one for one in sent if one.ready()), None)
                if first is None:
                    sleep(_LOOK)
                    continue
                answer = first.get()
            except (OperationalError, RedisError, ConnectionError):
                sleep(_PAUSE)
                continue
            except Exception as error:  # of the worker: Celery makes it anew by its name
                outcome, said = Outcome.REFUSED, str(error)
                break
            partial = [notice for notice in answer["notices"] if "partial" in notice or "not known" in notice]
            outcome, said = (Outcome.PARTIAL, partial[0]) if partial else (Outcome.WHOLE, "")
            break
        return Asked(asked - began, monotonic() - asked, outcome, len(sent), said)

    def _send(self, left: float) -> "AsyncResult[Any]":
        return self._app.send_task(
            "search.find", args=[self._question], queue="search", expires=left, retry=False
        )


def counted(asked: Sequence[Asked]) -> dict[Outcome, int]:
    """How many questions came to what."""
    counts = Counter(one.outcome for one in asked)
    return {outcome: counts[outcome] for outcome in Outcome}
