"""The user's own asar: found, fenced in, asked, and its answers read."""
