"""How far a campaign is, and what is left."""
