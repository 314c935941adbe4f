"""Trains the contrastive model: pictures and captions in one space."""
