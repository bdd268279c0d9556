"""dlt connectors, one folder per vendor. Each runs alone: `python -m connectors.<source>`.

`SOURCES` is the registry from which Dagster assets, the CLI and `init` are made. A source is a package
`connectors.<name>` with an attribute `SOURCE`.
"""

import os
from functools import cache
from importlib import import_module

from connectors.common.source import Source

# Telemetry is off everywhere; dlt reads this when a pipeline is made.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
# Its trace of a run writes the settings that it resolved, secrets too, into a file in clear. Not a default: a must.
os.environ["ENABLE_RUNTIME_TRACE"] = "false"
# One resource after the other, in the order in which a source yields them: fewer pages in memory at a time.
os.environ.setdefault("EXTRACT__NEXT_ITEM_MODE", "fifo")

NAMES = (
    "config",
    "files",
    "google_analytics",
    "google_ads",
    "meta_ads",
    "meta_organic",
    "mailchimp",
    "hubspot",
    "shopify",
    "typeform",
)


@cache
def sources() -> dict[str, Source]:
    """All connectors by name, in the order of `NAMES`."""
    return {name: import_module(f"connectors.{name}").SOURCE for name in NAMES}


def source(name: str) -> Source:
    """One connector; ValueError names the known ones."""
    if name not in NAMES:
        raise ValueError(f"no source is called {name!r}; there are {', '.join(NAMES)}")
    found: Source = import_module(f"connectors.{name}").SOURCE
    return found
