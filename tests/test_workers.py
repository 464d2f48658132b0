"""The Celery app: what is promised to whoever sends and to whoever loses a worker."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.lease import LEASE
from workers.app import app
from workers.tasks import TURN

ROOT = Path(__file__).parent.parent


def test_messages_are_json_and_survive_their_worker() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.worker_disable_prefetch


def test_a_task_ends_before_the_broker_gives_it_out_again() -> None:
    app.loader.import_default_modules()
    again = app.conf.broker_transport_options["visibility_timeout"]
    assert again == app.conf.result_backend_transport_options["visibility_timeout"]
    assert (
        LEASE.total_seconds() + TURN < app.conf.task_soft_time_limit < app.conf.task_time_limit < again / 1.5
    )


def test_a_search_that_kills_its_worker_is_not_asked_again() -> None:
    app.loader.import_default_modules()
    assert not app.tasks["search.find"].acks_late
    assert app.conf.broker_transport_options["queue_order_strategy"] == "priority"
    assert app.conf.task_queues[0].name == "search"


def test_each_verb_has_a_queue_of_its_own() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {
        "watch.next",
        "index.next",
        "search.find",
        "upkeep.refill",
        "upkeep.deliver",
        "upkeep.nightly",
    }
    routes = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert routes == {name: name.partition(".")[0] for name in ours}


@pytest.mark.parametrize("module", ["workers.app", "workers.tasks"])
def test_neither_a_client_nor_a_worker_that_forks_loads_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_footage_goes_through_the_tasks_to_an_answer(tmp_path: Path) -> None:
    """In a process of its own, because the app reads its settings when it is imported."""
    code = """
import sys
from tests.wheel_pictures import wheel_picture
street = str(wheel_picture("bus.jpg"))
from workers import parts
from workers.tasks import app, find, watch
app.conf.task_always_eager = True
from pipeline.ingest import plan
assert plan([street], "street", parts.watch_step(), began=None, seconds=60).new == 1
watch.apply()
answer = find.apply(args=["a man in a cream coat"]).get()
assert parts.ledger().counts()["indexed"] == 1, parts.ledger().counts()
assert answer["query"] == "a man in a cream coat", answer
"""
    settings = {"PASSERBY_DATA": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
