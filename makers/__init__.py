"""Jobflow Makers: one step of the campaign each, and its stored document."""
