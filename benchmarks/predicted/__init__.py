"""What is foreseen of a load's memory, against loads."""
