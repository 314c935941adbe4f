"""The chat pane: messages, their Markdown, code and formulas."""
