"""Finding what is wrong with the labels and lists of a data set."""
