"""Fixtures and conformance classes for authors of plugins."""
