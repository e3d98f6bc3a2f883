"""What the commands of `interphase` do and show."""
