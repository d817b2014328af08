"""Reads a store without wheelspool: written from docs/format.md alone, to prove that the document is enough."""
