"""How soon the safety process answers what it is told, over real DDS."""
