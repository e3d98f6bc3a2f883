"""Validation studies, builders of the tables and generators of pages; not part of the package."""
