"""The black box: a ring of MCAP segments on disk, and seals around what went wrong."""
