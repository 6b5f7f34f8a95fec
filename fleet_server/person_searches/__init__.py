"""Person searches: cases that operators open, what vehicles are told of them, and their end."""
