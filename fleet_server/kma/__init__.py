"""The Korea Meteorological Administration's observations, for the vehicles of the district."""
