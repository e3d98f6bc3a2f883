"""Whether all is there that a campaign needs."""
