"""The parts of the comparison of thermal and colour pictures."""
