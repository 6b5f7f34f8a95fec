"""The demonstration: the whole chain on one machine, through the public API."""
