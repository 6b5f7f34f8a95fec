"""Published patrolling algorithms to compare with, each written from its paper."""
