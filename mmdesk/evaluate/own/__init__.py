"""Any model measured on a person's own examples: `mmdesk eval FOLDER`."""
