"""`nyckeltal init`, and what every command that writes does first."""

import connectors
from orchestration.cli.output import err
from orchestration.home import Home
from orchestration.init import initialise


def init() -> None:
    """Makes what is missing and says what was made."""
    home = Home.find()
    made = initialise(home, connectors.sources())
    console = err()
    console.print(f"Home: {home.root}", soft_wrap=True)
    console.print(f"Landing files made or widened: {', '.join(made)}" if made else "Everything was there.")
