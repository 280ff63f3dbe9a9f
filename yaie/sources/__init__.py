"""Where a checkpoint's files are, and bringing them."""
