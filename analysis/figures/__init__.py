"""Figures drawn with matplotlib from result documents and trainings."""
