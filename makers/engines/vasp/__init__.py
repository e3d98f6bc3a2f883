"""VASP under custodian."""
