"""A whole vehicle's software without ROS: the product's libraries as stages with mail between."""
