"""Flows and their steps: one compound, the host, a training."""
