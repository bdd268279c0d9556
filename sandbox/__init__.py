"""A simulated company whose truth is known: `world` makes the truth, `server` answers as its vendors would."""
