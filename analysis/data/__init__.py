"""The project's own tables, and the step that makes them from the raw figures."""
