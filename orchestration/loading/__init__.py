"""Loads a source, gates it and promotes it: from the vendor's answer to a file that models may read."""
