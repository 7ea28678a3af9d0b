"""The Django project: wires the rooms together and holds no logic."""
