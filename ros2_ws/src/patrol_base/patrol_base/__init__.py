"""The safety process: the gate before the wheels and the base driver."""
