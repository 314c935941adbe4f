"""Where answers point, what the model saw, how sure it was: beside the conversation."""
