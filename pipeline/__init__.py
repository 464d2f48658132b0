"""The three verbs (watch, index, search), settings and the command line; free of Celery, HTTP and torch."""
