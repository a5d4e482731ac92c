"""The documentation: generated where it can be, and checked where a person wrote it."""
