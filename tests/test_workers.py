"""The Celery app: what is promised to whoever sends and to whoever loses a worker."""

import subprocess
import sys
from pathlib import Path

from workers.app import app

ROOT = Path(__file__).parent.parent


def test_messages_are_json_and_survive_their_worker() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_each_verb_has_a_queue_of_its_own() -> None:
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == {"watch.next", "index.next", "search.find", "upkeep.refill"}
    routes = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert routes == {name: name.partition(".")[0] for name in ours}


def test_a_client_needs_no_torch() -> None:
    code = "import sys, workers.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_footage_goes_through_the_tasks_to_an_answer(tmp_path: Path) -> None:
    """In a process of its own, because the app reads its settings when it is imported."""
    code = """
import sys
from importlib.resources import files
street = str(files("ultralytics") / "assets" / "bus.jpg")
from workers.tasks import app, find, index, ledger, watch
app.conf.task_always_eager = True
from pipeline.ingest import plan
from workers.tasks import watch_step
assert plan([street], "street", watch_step(), began=None, seconds=60).new == 1
watch.apply()
answer = find.apply(args=["a man in a cream coat"]).get()
assert ledger().counts()["indexed"] == 1, ledger().counts()
assert set(answer) == {"query", "model", "matches"}, answer
"""
    settings = {"PASSERBY_DATA": str(tmp_path), "PATH": "", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
