"""Reactions with an electrode: linear programmes over all that may form."""
