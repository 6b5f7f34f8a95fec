"""Following: an order's route becomes a path, a speed along it, and wheel commands."""
