"""Benchmarks: speed, scale and accuracy, each beside a peer in the same run."""
