"""The project's own tables, and the step that makes them from the raw figures."""

from pathlib import Path

#: The tables lie beside this file.
TABLES = Path(__file__).parent
