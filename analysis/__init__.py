"""The science: pure functions and small data classes."""
