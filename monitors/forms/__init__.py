"""What people fill in, one module per page as in monitors.views."""
