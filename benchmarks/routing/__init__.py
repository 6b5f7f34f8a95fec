"""Graphs and other libraries for benchmarks/route_search.py."""
