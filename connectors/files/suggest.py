"""Drafts a mapping from the data: entity by column names, signs and date formats by values. A draft, to be read."""

import csv
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from connectors.common.errors import SourceError
from connectors.files.entities import ENTITIES
from connectors.files.mapping import Input
from connectors.files.read import FILE, LINE, read_input

SAMPLE_ROWS = 1_000
# Words by which people name a column, beside the column's own name.
SYNONYMS = {
    "date": "day datum dag",
    "campaign_name": "campaign kampanj",
    "campaign_id": "campaignid",
    "spend_amount": "spend cost spent kostnad amount_spent",
    "clicks": "link_clicks klick",
    "clicks_all": "clicks",
    "impressions": "views visningar",
    "platform_orders": "conversions purchases approved_conversion total_conversion",
    "order_id": "order invoice invoiceno ordernumber",
    "customer_id": "customer customerid user_pseudo_id client",
    "created_at": "created order_date invoicedate order_purchase_timestamp first_contact_date",
    "quantity": "qty antal",
    "gross_amount": "amount price sales revenue belopp",
    "email_hash": "email e_mail mail",
    "score": "nps rating answer review_score betyg",
    "answered_at": "submitted answered answer_date",
    "contact_id": "lead_id mql_id contact",
    "original_source": "origin source",
    "period_start": "week month quarter vecka manad",
    "value": "amount",
    "country": "land region",
    "sessions": "visits besok",
    "likes": "like",
    "comments": "comment",
    "shares": "share",
}
DATE_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M",
)


def suggest(path: Path) -> str:
    """A mapping file's text for one input file. SourceError when the file cannot be read."""
    said = Input(path=path.name, delimiter=_delimiter(path))
    table = read_input(path.parent, said).table.slice(0, SAMPLE_ROWS)
    names = [name for name in table.column_names if name not in (FILE, LINE)]
    entity, pairs = _best_entity(names)
    columns: dict[str, Any] = {
        target: _column(name, table[name].cast(pa.string()).to_pylist(), ENTITIES[entity].columns[target])
        for target, name in pairs.items()
    }
    for key in ENTITIES[entity].primary_key:
        columns.setdefault(key, {"constant": "FILL ME IN"})
    draft: dict[str, Any] = {
        "input": {"path": path.name, **({"delimiter": said.delimiter} if said.delimiter not in (None, ",") else {})},
        "entities": [{"entity": entity, "columns": columns}],
    }
    unused = [name for name in names if name not in pairs.values()]
    head = f"# Drafted from {path.name}: read every line before use.\n"
    head += f"# Not used: {', '.join(unused)}\n" if unused else ""
    return head + yaml.safe_dump(draft, sort_keys=False, allow_unicode=True)


def _delimiter(path: Path) -> str | None:
    if not path.name.lower().endswith((".csv", ".txt")):
        return None
    try:
        sample = path.read_text("utf-8-sig", errors="replace")[:20_000]
        return csv.Sniffer().sniff(sample, delimiters=",;\t|").delimiter
    except (OSError, csv.Error):
        return None


def _best_entity(names: list[str]) -> tuple[str, dict[str, str]]:
    """The entity most of whose columns the names speak of; ties to the one with fewer columns left open."""
    scored = []
    for entity, table in ENTITIES.items():
        pairs: dict[str, str] = {}
        for target in table.columns:
            words = {_plain(target), *map(_plain, SYNONYMS.get(target, "").split())}
            found = next((name for name in names if _plain(name) in words and name not in pairs.values()), None)
            if found:
                pairs[target] = found
        keys = sum(key in pairs for key in table.primary_key)
        scored.append(((len(pairs) + keys, -len(table.columns)), entity, pairs))
    best = max(scored, key=lambda item: item[0])
    if not best[2]:
        raise SourceError("files: no column has a name that is known; start from an example in docs/mapping_files.md.")
    return best[1], best[2]


def _column(name: str, values: Iterable[Any], kind: pa.DataType) -> Any:
    texts = [str(value).strip() for value in values if value not in (None, "")]
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        found = _date_format(texts)
        return {"column": name, "format": found} if found not in (None, "%Y-%m-%d", "%Y-%m-%d %H:%M:%S") else name
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        if any(re.fullmatch(r"-?[0-9.\u00a0 ]*,[0-9]{1,2}", text) for text in texts):
            signs = {"column": name, "decimal": ","}
            return {**signs, "thousands": "."} if any("." in text for text in texts) else signs
        if any(re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+([.][0-9]+)?", text) for text in texts):
            return {"column": name, "thousands": ","}
        if texts and all(text.endswith("%") for text in texts):
            return {"column": name, "unit": "percent"}
    if pa.types.is_string(kind) and texts and sum("@" in text for text in texts) > len(texts) / 2:
        return {"column": name, "hash": "email"}
    return name


def _date_format(texts: list[str]) -> str | None:
    """The first format that fits every value."""
    for found in DATE_FORMATS:
        try:
            for text in texts:
                datetime.strptime(text, found)
        except ValueError:
            continue
        return found if texts else None
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
