"""The vendors' APIs over the truth, one module per source, each with its class as `VENDOR`."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.server import Vendor

NAMES = (
    "google_analytics",
    "google_ads",
    "meta_ads",
    "meta_organic",
    "mailchimp",
    "hubspot",
    "shopify",
    "typeform",
)


def vendor_classes() -> "dict[str, type[Vendor]]":
    """The classes of all vendors that there are, by source name."""
    present = [name for name in NAMES if find_spec(f"{__name__}.{name}")]
    return {name: import_module(f"{__name__}.{name}").VENDOR for name in present}
