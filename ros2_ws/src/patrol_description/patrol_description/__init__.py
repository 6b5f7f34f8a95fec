"""The vehicle's URDF."""
