"""Programs that measure perception."""
