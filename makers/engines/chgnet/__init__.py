"""CHGNet, a force field whose weights are part of its package."""
