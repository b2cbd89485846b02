"""What every page stands in: the frame around it, its words, its looks, and how a form becomes an act."""
