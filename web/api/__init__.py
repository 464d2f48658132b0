"""The HTTP API, one router for each noun, all under /api/v1."""
