"""Energies, their schemes and errors, and the reference phases."""
