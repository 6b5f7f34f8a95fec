"""Perception's ROS face: pictures, pose and scan in, tracks and incidents out."""
