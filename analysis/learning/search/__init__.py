"""Classifiers over subsets of descriptors."""
