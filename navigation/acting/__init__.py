"""Actions: what an order or an operator has the vehicle do besides driving."""
