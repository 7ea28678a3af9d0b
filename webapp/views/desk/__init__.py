"""The pages of the staff's desk."""
