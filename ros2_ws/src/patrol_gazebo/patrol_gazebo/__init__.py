"""Gazebo Harmonic's ROS face: it looks to the vehicle like the embedded simulator."""
