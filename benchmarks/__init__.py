"""`make bench`: how fast the product is, as ratios measured in one run on one machine (docs/benchmarks.md)."""
