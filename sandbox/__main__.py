"""`python -m sandbox`: simulates a company and serves its vendors on this machine until it is stopped."""

import argparse
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from sandbox.inputs import FILES, write_config
from sandbox.server import SandboxServer
from sandbox.world import build_world
from sandbox.world.sizes import SIZES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--as-of", type=_instant, default="2026-03-18T05:30:00+00:00", help="default %(default)s")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--env-file", type=Path, help="written when ready: the settings of every connector, KEY=value")
    parser.add_argument("--config", type=Path, help="written when ready: the company's configuration with its inputs")
    options = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    world = build_world(options.size, options.months, options.seed, options.as_of)
    with SandboxServer(world, options.as_of, port=options.port) as server:
        if options.config:
            write_config(world, options.config)
        if options.env_file:
            settings = server.environment()
            if options.config:
                settings["SOURCES__FILES__FOLDER"] = str((options.config / FILES).resolve())
            _write_at_once(options.env_file, "".join(f"{key}={value}\n" for key, value in settings.items()))
        print(f"sandbox: {server.base_url}", flush=True)  # noqa: T201
        stop.wait()
    return 0


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} needs a zone, as in 2026-03-18T05:30:00Z")
    return instant


def _write_at_once(path: Path, text: str) -> None:
    """A reader sees the whole file or none: others wait for it."""
    draft = path.with_suffix(".tmp")
    draft.write_text(text, "utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
