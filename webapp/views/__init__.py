"""The pages: thin, they call the modules above."""
