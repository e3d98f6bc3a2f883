"""Predictions of compounds that were not computed."""
