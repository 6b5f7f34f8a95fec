"""MuJoCo: the physics of the vehicle, its lidar, and the simulator that ties them to sensors."""
