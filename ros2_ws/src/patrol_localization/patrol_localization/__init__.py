"""Localization's ROS face: odometry, IMU and GNSS in, the pose out."""
