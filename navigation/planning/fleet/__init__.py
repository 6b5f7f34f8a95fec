"""Plans for a team: who drives where and when, by tour, coverage, persistent or random patrol."""
