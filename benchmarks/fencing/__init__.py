"""Drives of a gate whose driver does not know the map, and how far out they get."""
