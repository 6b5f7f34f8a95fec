"""Contact bits and geom groups of the MJCF: who touches whom, and what the lidar sees."""

GROUND_BIT, OBSTACLE_BIT = 1, 2  # contact bits: wheels touch ground, the hull touches obstacles
FOOTING_BITS = (4, 8, 16, 32)  # the ground under each wheel (simulation.mujoco.footing)
# What lidar and rangers see, kerbs too low for either, the vehicle itself, the height field (rays
# against it are marched apart, see simulation.mujoco.ground_rays).
OBSTACLE_GROUP, LOW_KERB_GROUP, VEHICLE_GROUP, GROUND_GROUP = 0, 1, 2, 3
OBSTACLE = f'contype="{OBSTACLE_BIT}" conaffinity="0" group="{OBSTACLE_GROUP}"'
