"""How the sample shop's pictures are drawn: a canvas, and one function for each kind of thing."""
