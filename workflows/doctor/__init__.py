"""Checks that everything a campaign needs is there."""
