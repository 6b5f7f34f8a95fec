"""Where people truly stood whom the vehicle saw, and where perception places them."""
