"""What a task's model makes of texts, images and sounds that a user gives it."""
