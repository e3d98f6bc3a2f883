"""Choice of compounds for a better engine."""
