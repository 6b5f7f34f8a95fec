"""What benchmarks/map_import.py measures with: a made town, and the usual way to do it."""
