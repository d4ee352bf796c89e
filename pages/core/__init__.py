"""What pages decide without asking anybody: pure, the time is a parameter."""
