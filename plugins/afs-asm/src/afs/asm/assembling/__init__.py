"""The assembler: three passes over a text, from directives and macros to bytes at addresses."""
