"""Safety: the last stage before the wheels."""
