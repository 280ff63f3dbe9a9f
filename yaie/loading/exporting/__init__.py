"""A loaded model as a graph for other runtimes."""
