"""What a package of one's own can bring to Arena: each module is one thing."""
