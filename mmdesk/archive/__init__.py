"""Conversations as files that other programs read too: JSON and Markdown, media beside them."""
