"""What a connector is to the rest of the product: a name, settings, tables, and a dlt source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import dlt

from connectors.common.privacy import Hasher
from connectors.common.table import Table
from connectors.common.window import Window

if TYPE_CHECKING:
    from dlt.extract import DltSource


@dataclass(frozen=True)
class Setting:
    """A value found by dlt as `sources.<source>.<name>` (secrets.toml, config.toml or `SOURCES__<SOURCE>__<NAME>`)."""

    name: str
    description: str
    is_secret: bool = False
    is_required: bool = True


@dataclass(frozen=True)
class LoadRequest:
    """One load.

    `window`: days for tables that reload by day; the last complete day is the last one.
    `as_of`: the clock (UTC); nothing after it is asked for.
    `changed_since`: where a changed-since cursor starts; None = all history.
    `hasher`: makes keyed hashes of addresses and numbers.
    """

    window: Window
    as_of: datetime
    hasher: Hasher
    changed_since: datetime | None = None


@dataclass(frozen=True)
class Source:
    """A connector. `build(request)` gives the dlt source; it reads its settings through dlt."""

    name: str
    title: str
    tables: tuple[Table, ...]
    settings: tuple[Setting, ...]
    build: "Callable[[LoadRequest], DltSource]"
    reload_days: int  # how many days restate, so how far each load goes back
    settle_days: int  # how long a day is provisional
    wide_reload_days: int = 0  # how far the weekly and monthly loads go back, where the vendor asks for a wider pass
    uses_cursor: bool = False  # reads changed-since instead of days
    cursor_overlap: timedelta = timedelta(minutes=10)  # search indexes lag behind writes
    freshness_lag: timedelta = timedelta(hours=30)  # older than this is late
    is_optional: bool = True  # an unconfigured source is an empty table, and no fault
    one_of: tuple[tuple[str, ...], ...] = ()  # ways to configure it: settings of which one set must be given whole
    check: Callable[[], None] = lambda: None  # SourceError for what is wrong and can be told without the vendor
    extra: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)

    def missing_settings(self) -> list[Setting]:
        """Required settings without a value."""
        return [item for item in self.settings if item.is_required and not setting_value(self.name, item)]

    def given_settings(self) -> set[str]:
        """Names of all settings that have a value."""
        return {item.name for item in self.settings if setting_value(self.name, item)}

    @property
    def is_configured(self) -> bool:
        return not self.missing_settings()


def setting_value(source: str, setting: Setting) -> str | None:
    """The value dlt finds, or None."""
    accessor = dlt.secrets if setting.is_secret else dlt.config
    value: object = accessor.get(f"sources.{source}.{setting.name}", str)
    return None if value in (None, "") else str(value)
