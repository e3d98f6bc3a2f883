"""Learning from a campaign: descriptors to labels and reaction energies, honestly scored."""
