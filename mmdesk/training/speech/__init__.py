"""The starter's speech model: its sentences, voices, clips and training."""
