"""`make dev`: Dagster's UI and daemon on this machine only, over the same home as the command line."""

import os
import signal
import sys
from pathlib import Path

from dotenv import load_dotenv

import connectors
from orchestration.home import Home
from orchestration.init import initialise

PORT = "3000"
MODULE = "orchestration.definitions"


def main() -> None:
    """Becomes `dagster dev`; arguments are passed on, so `--port 4000` works.

    The working folder stays the caller's: `data`, `config` and `.dlt` in it are those that `nyckeltal` uses.
    """
    load_dotenv(Path(".env"))  # Dagster reads it, too, but it may say where the home is
    initialise(Home.find(), connectors.sources())
    # A script's background job ignores interrupts, and `dagster dev` would hand that on to its children: it could
    # never be stopped politely.
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_DFL)
    arguments = sys.argv[1:]
    # A later port wins over an earlier one; a later module would be served beside it.
    module = [] if {"--module-name", "-m"} & set(arguments) else ["--module-name", MODULE]
    program = str(Path(sys.executable).with_name("dagster"))
    command = [program, "dev", "--host", "127.0.0.1", "--port", PORT, *module, *arguments]
    os.execv(program, command)  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
