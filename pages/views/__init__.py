"""Pages: an organization's, its public status page, and everybody's."""
