"""Navigation: localization, planning, following, safety; pure Python and NumPy, no ROS."""
