"""The memory of a load, foreseen on `meta`: what a model takes, where it lies, what it keeps."""
