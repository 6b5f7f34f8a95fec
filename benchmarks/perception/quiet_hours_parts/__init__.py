"""Parts of benchmarks/perception/quiet_hours.py."""
