"""Bringing files to a hub: what is asked, what is there, what changes, and the one commit."""
