"""One model for many workers: what they ask for at the same time is computed in one batch."""
