"""What every node shares: topics by the table, stamps, the process that runs nodes."""
