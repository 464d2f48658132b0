"""The Celery app: queues, delivery and the schedule. It imports no task, so a client needs no torch.

    celery --app workers.app worker --beat --pool solo --queues watch,index,search,upkeep

State lives in the ledger, so the broker may lose everything: `upkeep.refill` sends again what waits there.
"""

from celery import Celery
from kombu import Queue

from pipeline.settings import Settings

LONGEST = 3600  # seconds that a task may take before the broker gives it out again
REFILL = 15.0  # seconds between two looks into the ledger
EXPIRES = 900  # seconds that an answer waits for whoever asked

settings = Settings()
app = Celery("passerby", broker=settings.broker or None, include=["workers.tasks"])
app.conf.update(
    result_backend=settings.broker or None,
    result_expires=EXPIRES,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],  # never pickle: a message may come from anywhere
    task_queues=[Queue(name) for name in ("watch", "index", "search", "upkeep")],
    task_create_missing_queues=False,
    task_routes={f"{name}.*": {"queue": name} for name in ("watch", "index", "search", "upkeep")},
    task_acks_late=True,
    task_reject_on_worker_lost=True,  # the ledger counts attempts and quarantines; nothing loops for ever
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=60.0,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": LONGEST},
    result_backend_transport_options={"visibility_timeout": LONGEST},
    beat_schedule={"refill": {"task": "upkeep.refill", "schedule": REFILL, "options": {"expires": REFILL}}},
    timezone="UTC",
)
