"""SevenNet, with its weights inside its package."""
