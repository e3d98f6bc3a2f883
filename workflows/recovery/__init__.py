"""Find lost and failed steps, and rerun them."""
