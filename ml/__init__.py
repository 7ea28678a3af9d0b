"""The networks and everything around pixels; knows nothing of the site and is used without it."""
