"""From a patrol to VDA 5050 orders, and from the vehicle's states back to the assignment."""
