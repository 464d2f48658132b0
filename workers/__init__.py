"""Celery app, tasks and schedule: thin doors to the three verbs."""
