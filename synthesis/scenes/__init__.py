"""Whole places with people in them, as pictures and clips."""
