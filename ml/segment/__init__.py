"""The defect finder."""
