"""The site: people, photographs, jobs, pages."""
