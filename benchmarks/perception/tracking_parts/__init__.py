"""Parts of the tracker benchmark: sequences, other trackers, the score."""
