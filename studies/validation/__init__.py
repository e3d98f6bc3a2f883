"""How far to trust an engine: its energies against experiment and against the table."""
