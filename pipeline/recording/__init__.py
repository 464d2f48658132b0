"""Cameras: which there are, and how what they send is copied into segments."""
