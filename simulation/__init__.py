"""One world description for every simulator, its actors and its sensors."""
