"""Error models of the simulated sensors."""
