"""A world and a vehicle as SDF 1.9, for Gazebo Harmonic."""
