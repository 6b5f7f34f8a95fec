"""Map versions to vehicles in two steps: downloaded and read back, then enabled."""
