"""What is asked for: the specification, checked, and the campaign made of it."""
