"""Reactions with an electrode: linear programmes over all possible products."""
