"""The modules of a model as a tree in which those that are alike are told once."""
