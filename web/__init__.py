"""The service: an HTTP API and pages over what the other packages do."""
