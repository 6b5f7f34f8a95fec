"""What a detector finds in rendered pictures."""
