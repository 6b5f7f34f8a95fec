"""Pedestrian signals: from the city to the vehicles on their maps."""
