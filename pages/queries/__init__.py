"""Read for pages: each function makes a fixed number of queries."""
