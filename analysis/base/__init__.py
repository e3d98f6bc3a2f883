"""Errors, field names and reasons: what every room of the science shares."""
