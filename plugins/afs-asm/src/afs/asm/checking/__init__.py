"""The check: the legality of every line, and what a text as a whole makes of its names, blocks and widths."""
