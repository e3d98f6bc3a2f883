"""The project's own tables."""

from pathlib import Path

#: The folder of the tables.
TABLES = Path(__file__).parent
