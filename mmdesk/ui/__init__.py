"""The window: PySide6 and nothing else; thin."""
