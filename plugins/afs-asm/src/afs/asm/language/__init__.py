"""The language of asar: lines, statements, operands, expressions, instructions and what may stand where."""
