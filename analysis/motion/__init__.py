"""How the mobile ion moves."""
