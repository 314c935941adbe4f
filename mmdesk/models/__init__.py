"""Models: the catalogue, downloads, what is on this disk, and what fits this computer."""
