"""What the demo company gives as files; `sandbox/config/mappings` says what they mean. Decimals are texts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from sandbox.world.model import World

MICROS = Decimal(1_000_000)
# Columns of the sheet for the KPIs that the team keeps there; the others are entered by hand (`inputs.py`).
SHEET = {
    "wait_time": ("wait_seconds", "contacts_answered"),
    "process_lead_time": ("lead_time_days", "items_finished"),
    "process_cost": ("production_cost", "assets_finished"),
    "rework_rate": ("rework_hours", "worked_hours"),
}
PACIFIC = "America/Los_Angeles"
HISTORY_FROM_DAY = 100  # of the company's history on, the counters of posts were kept
POST_DAYS = 30  # how long after a post its counters were looked at
HOURS_TO_FULL_COUNT = 336
PAGE_ID = "444444444"
COUNTERS = ("likes", "comments", "shares", "saves")
ALPHA_3 = {"SE": "swe", "NO": "nor", "DK": "dnk", "FI": "fin", "DE": "deu"}


def write_files(world: World, folder: Path, as_of: datetime) -> None:
    """Every input file, with what is known at `as_of`."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Callable[[World, datetime], pd.DataFrame]] = {
        "operations.csv": _operations,
        "brand_panel.csv": _brand_panel,
        "search_console.csv": _search_console,
        "subscriptions.csv": _subscriptions,
        "reviews.csv": _reviews,
        "social_history.csv": _social_history,
        "target_reach.csv": _target_reach,
    }
    for name, rows in files.items():
        rows(world, as_of).to_csv(folder / name, index=False)


def figures_known(world: World, as_of: datetime) -> pd.DataFrame:
    """The company's books: months that were over the day before `as_of`; resources from the month's first day on."""
    figures = world.tables["book_figures"]
    last_day = _last_day(world, as_of)
    is_over = figures["month"] + pd.offsets.MonthEnd(0) <= last_day
    is_resource = figures["kpi_id"].str.startswith("input_")
    return figures[is_over | (is_resource & (figures["month"] <= last_day))]


def decimals(micros: pd.Series) -> list[str]:
    """Amounts as decimal texts; empty where there is none."""
    return ["" if pd.isna(value) else f"{Decimal(int(value)) / MICROS:f}" for value in micros.tolist()]


def _last_day(world: World, as_of: datetime) -> pd.Timestamp:
    return pd.Timestamp(as_of.astimezone(ZoneInfo(world.company.zone)).date() - timedelta(days=1))


def _operations(world: World, as_of: datetime) -> pd.DataFrame:
    figures = figures_known(world, as_of)
    found = []
    for kpi_id, columns in SHEET.items():
        mine = figures[figures["kpi_id"] == kpi_id]
        for column, part in zip(columns, ("numerator_micros", "denominator_micros"), strict=True):
            found.append(mine[["month", "channel"]].assign(column=column, amount=decimals(mine[part])))
    rows = pd.concat(found).pivot(index=["month", "channel"], columns="column", values="amount").reset_index()
    rows["month"] = rows["month"].dt.strftime("%Y-%m-%d")
    return rows[["month", "channel", *(column for columns in SHEET.values() for column in columns)]]


def _brand_panel(world: World, as_of: datetime) -> pd.DataFrame:
    panel = world.tables["brand_panel"]
    panel = panel[panel["answered_at"] <= pd.Timestamp(as_of).tz_convert("UTC").tz_localize(None)]
    return pd.DataFrame(
        {
            "respondent": panel["answer_id"],
            "answered": panel["answered_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "country": panel["country"],
            "knows us": panel["recognises"].map({True: "yes", False: "no"}),
        }
    )


def _search_console(world: World, as_of: datetime) -> pd.DataFrame:
    rows = world.tables["search_days"]
    rows = rows[rows["date"] <= _last_day(world, as_of)]
    return pd.DataFrame(
        {
            "date": rows["date"].dt.strftime("%Y-%m-%d"),
            "country": rows["country"].astype(object).map(ALPHA_3),
            "device": rows["device"].astype(object).str.upper(),
            "clicks": rows["clicks"],
            "impressions": rows["impressions"],
            "position": [f"{Decimal(value) / 100:f}" for value in rows["position_hundredths"].tolist()],
        }
    )


def _social_history(world: World, as_of: datetime) -> pd.DataFrame:
    """Counters at the end of each Pacific day but the last: that is the connector's own first look."""
    first = pd.Timestamp(world.history_start) + pd.Timedelta(days=HISTORY_FROM_DAY)
    days = pd.DataFrame({"day": pd.date_range(first, _last_day(world, as_of) - pd.Timedelta(days=1))})
    midnights = (days["day"] + pd.Timedelta(days=1)).dt.tz_localize(PACIFIC).dt.tz_convert("UTC").dt.tz_localize(None)
    rows = days.assign(at=midnights).merge(world.tables["social_posts"], how="cross")
    age = rows["at"] - rows["published_at"]
    is_gone = rows["deleted_at"] <= rows["at"]
    kept = (age >= pd.Timedelta(0)) & (age < pd.Timedelta(days=POST_DAYS)) & ~is_gone
    rows, age = rows[kept], age[kept]
    share = (age.dt.total_seconds() / (HOURS_TO_FULL_COUNT * 3600)).clip(upper=1.0)
    is_page = rows["platform"].astype(object) == "facebook"
    return pd.DataFrame(
        {
            "day": rows["day"].dt.strftime("%Y-%m-%d"),
            "network": rows["platform"],
            "account": rows["account_id"],
            # The Page's posts bear its id.
            "post": (PAGE_ID + "_" + rows["post_id"].astype(object)).where(is_page, rows["post_id"].astype(object)),
            "published": rows["published_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **{name: (rows[name].fillna(0) * share).astype("int64") for name in COUNTERS},
        }
    )


YEAR_ENDS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _target_reach(world: World, as_of: datetime) -> pd.DataFrame:
    """Distinct people of the target segment by month and quarter of the fiscal year."""
    seen = world.tables["exposures"]
    seen = seen[(seen["person_no"] % 10 < 4) & (seen["date"] <= _last_day(world, as_of))]
    found = []
    last_month = YEAR_ENDS[world.company.fiscal_year_start_month - 2]
    for grain, frequency in (("month", "M"), ("quarter", f"Q-{last_month}")):
        start = seen["date"].dt.to_period(frequency).dt.start_time
        people = seen.groupby(start)["person_no"].nunique()
        found.append(pd.DataFrame({"grain": grain, "start": people.index.strftime("%Y-%m-%d"), "people": people.array}))
    return pd.concat(found).assign(platform="meta_ads")


def _subscriptions(world: World, as_of: datetime) -> pd.DataFrame:
    rows, now = world.tables["subscriptions"], _plain(as_of)
    rows = rows[rows["started_at"] <= now]
    return pd.DataFrame(
        {
            "contract": rows["subscription_id"],
            "customer": rows["customer_id"],
            "begins": _instants(rows["started_at"]),
            "ends": _instants(rows["ended_at"].where(rows["ended_at"] <= now)),
            "monthly price": [text.replace(".", ",") for text in decimals(rows["monthly_micros"])],
            "currency": rows["currency"],
        }
    )


def _reviews(world: World, as_of: datetime) -> pd.DataFrame:
    rows = world.tables["reviews"]
    rows = rows[rows["created_at"] <= _plain(as_of)]
    return pd.DataFrame(
        {
            "id": rows["review_id"],
            "about": rows["touchpoint"],
            "country": rows["country"],
            "written": _instants(rows["created_at"]),
            "stars": rows["score"],
            "class": rows["is_positive"].map({True: "positive", False: "negative"}).astype(object).fillna(""),
        }
    )


def _plain(as_of: datetime) -> pd.Timestamp:
    """An aware instant as the truth keeps them: UTC without a zone."""
    return pd.Timestamp(as_of).tz_convert("UTC").tz_localize(None)


def _instants(column: pd.Series) -> pd.Series:
    """ISO 8601 in UTC; null for none."""
    return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
