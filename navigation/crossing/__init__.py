"""Crosswalks: where they lie on a path, what drives there, and whether the vehicle may go."""
