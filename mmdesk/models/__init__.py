"""What this computer could run."""
