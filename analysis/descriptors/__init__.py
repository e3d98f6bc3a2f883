"""The descriptors of a dopant, with label, unit and source."""
