"""Regression of the reaction energy."""
