"""People in the simulated world."""
