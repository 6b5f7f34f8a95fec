"""Navigation's ROS face: orders, pose and faults in, velocity commands and the state out."""
