"""What a campaign learns: when, from what, and what follows from it."""
