"""Declarative loading of Hugging Face models."""
