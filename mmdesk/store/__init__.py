"""Conversations on disk: one sqlite file, and the pictures beside it by content hash."""
