"""The specification, checked, and the campaign made from it."""
