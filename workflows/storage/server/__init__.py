"""The private MongoDB server of a campaign folder."""
