"""Training data, cross-validation splits and scores."""
