"""Builders of the tables in analysis/data."""
