"""Starts a vehicle: the process table, the environment, the supervisor."""
