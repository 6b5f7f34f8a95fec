"""The embedded simulator's ROS face."""
