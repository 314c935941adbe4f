"""``mmdesk ask``: one question on the command line, through the window's own session."""
