"""Files of any kind, brought to the canonical entities by a mapping."""

from connectors.files.source import SOURCE, preview
from connectors.files.suggest import suggest

__all__ = ["SOURCE", "preview", "suggest"]
