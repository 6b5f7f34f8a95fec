"""How each step of a script is played, a file for each sort of step."""
