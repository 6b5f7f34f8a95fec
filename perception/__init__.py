"""Perception: detectors, tracking, anomaly rules, evidence; no ROS."""
