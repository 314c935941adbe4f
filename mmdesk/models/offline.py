"""What the libraries that load models read of the environment, once, when they are imported."""

OFFLINE = {
    # transformers asks the hub even about cached files unless told not to.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""Keeps them from the network."""
