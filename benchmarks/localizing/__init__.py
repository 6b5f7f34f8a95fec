"""Parts of the benchmark of localization."""
