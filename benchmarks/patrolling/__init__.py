"""Graphs, baselines and metrics of multi-robot patrolling, for `benchmarks/patrol.py`."""
