"""What a model saw of a picture: made back from the tensors that its image processor returned."""
