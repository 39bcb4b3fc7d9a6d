"""The processor and the memory that it sees."""
