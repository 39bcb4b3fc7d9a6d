"""Files of assembly as people keep them: what they define, and which names hold across them."""
