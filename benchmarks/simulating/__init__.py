"""Parts of the simulation benchmarks."""
