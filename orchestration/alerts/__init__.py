"""Tells people what fails, is late or goes wrong: once a day for a cause, grouped, not in quiet hours."""
