"""Contact bits and geom groups of the MJCF: who touches whom, and what the lidar sees."""

GROUND_BIT, OBSTACLE_BIT = 1, 2  # contact bits: wheels touch ground, the hull touches obstacles
# What the lidar sees, the vehicle itself, the height field (the lidar marches it apart, see
# simulation.mujoco.lidar).
OBSTACLE_GROUP, VEHICLE_GROUP, GROUND_GROUP = 0, 2, 3
OBSTACLE = f'contype="{OBSTACLE_BIT}" conaffinity="0" group="{OBSTACLE_GROUP}"'
