"""One compound from its energy to its verdict, and a campaign as a whole."""
