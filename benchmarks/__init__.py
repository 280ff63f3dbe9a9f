"""Ratios against plain transformers, each measured in one run. Not part of the package."""
