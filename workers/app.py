"""The Celery app: queues and delivery. It imports no task, so whoever sends one needs no network.

One machine, embedded index: the index has one owner, so one process does everything, each verb in a thread
of its own; more processes may watch.

    celery --app workers.app worker --beat --pool threads --concurrency 6 --queues search,index,upkeep,watch
    celery --app workers.app worker --pool solo --queues watch

Many machines, index and database on servers: as many of each as are wanted, and one beat (two do no harm).

    celery --app workers.app worker --pool solo --queues watch
    celery --app workers.app worker --pool solo --queues index
    celery --app workers.app worker --pool solo --queues search
    celery --app workers.app worker --pool threads --concurrency 3 --queues upkeep
    celery --app workers.app beat

A message says that there is work, not which: that stands in the ledger with its leases and attempts. So the
broker may lose everything, and a message that comes twice or late changes nothing.
"""

from celery import Celery
from kombu import Queue

from pipeline.settings import Settings

QUEUES = ("search", "index", "upkeep", "watch")
AGAIN = 3600  # seconds after which the broker gives out again what was not acknowledged
LONGEST = 1500.0  # seconds of a task, after which a pool of processes interrupts it; chunks take a minute
REFILL = 15.0  # seconds between two looks into the ledger
NIGHTLY = 60.0  # seconds between two looks at the clock
EXPIRES = 900  # seconds that an answer waits for whoever asked

settings = Settings()
app = Celery("passerby", broker=settings.broker or None, include=["workers.tasks"])
app.conf.update(
    result_backend=settings.broker or None,
    result_expires=EXPIRES,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],  # never pickle: a message may come from anywhere
    task_queues=[Queue(name) for name in QUEUES],
    task_create_missing_queues=False,
    task_routes={f"{name}.*": {"queue": name} for name in QUEUES},
    task_acks_late=True,
    task_reject_on_worker_lost=True,  # the ledger counts attempts and quarantines; nothing loops for ever
    task_ignore_result=True,
    task_soft_time_limit=LONGEST,
    task_time_limit=LONGEST + 300,
    task_send_sent_event=True,
    worker_send_task_events=True,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=60.0,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a broker may be away for as long as it likes
    broker_transport_options={"visibility_timeout": AGAIN, "queue_order_strategy": "priority"},
    result_backend_transport_options={"visibility_timeout": AGAIN},
    beat_max_loop_interval=REFILL,
    beat_schedule={
        "refill": {"task": "upkeep.refill", "schedule": REFILL, "options": {"expires": REFILL}},
        "nightly": {"task": "upkeep.nightly", "schedule": NIGHTLY, "options": {"expires": NIGHTLY}},
    },
    timezone="UTC",
)
