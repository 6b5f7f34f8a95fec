"""Camera pictures of the world, without a screen."""
