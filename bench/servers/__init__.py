"""Servers of a site as processes of their own, for tests and fault runs to start, silence and kill."""
