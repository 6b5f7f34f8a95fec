"""Actors: everybody and everything in the simulated world that is not the street."""
