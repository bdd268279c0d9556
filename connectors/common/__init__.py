"""What every connector shares: table declarations, HTTP with retries, typed decoding, windows, privacy, the runner."""
