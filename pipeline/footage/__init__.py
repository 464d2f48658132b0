"""Footage as frames with true times, and what is kept of the people in it."""
