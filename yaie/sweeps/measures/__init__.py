"""What is measured of each loaded model: a module a measure, all of them in one table."""
