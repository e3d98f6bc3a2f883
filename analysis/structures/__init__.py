"""The host, its dopants, and where their ions sit."""
