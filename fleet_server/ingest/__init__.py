"""From the broker to the database: decode, commit, then acknowledge."""
