"""Recipes that make the models that ship with mmdesk, from pictures drawn on the fly."""
