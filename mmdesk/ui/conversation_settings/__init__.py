"""What holds for one conversation alone: its system prompt, its sampling, and named presets."""
