"""mmdesk: the offline photo assistant that shows its evidence."""

__version__ = "0.1.0"
