"""What commands that convert data sets have in common."""
