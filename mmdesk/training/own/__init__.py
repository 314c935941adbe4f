"""Training on a person's own pictures: `mmdesk train clip|chat --data FOLDER`."""
