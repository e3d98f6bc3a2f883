"""The figures: matplotlib draws, from result documents or from what was learnt."""
