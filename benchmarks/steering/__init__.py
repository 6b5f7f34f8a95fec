"""Parts of the benchmark of route following."""
