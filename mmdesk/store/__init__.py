"""Conversations on disk: one sqlite file, and pictures and recordings beside it by content hash."""
