"""Engines that relax crystals."""
