"""Signatures and options of the commands."""
