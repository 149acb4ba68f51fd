"""Pure functions and layers the models share."""
