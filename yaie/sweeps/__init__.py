"""MANY: the product of options planned, each cell run in a process of its own, one row a cell."""
