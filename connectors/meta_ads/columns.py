"""Rows of reports as columns of the landing tables."""

from collections.abc import Callable, Sequence

import pyarrow as pa

from connectors.common.errors import UnexpectedAnswerError
from connectors.common.table import Table
from connectors.common.window import Grain, Period, Window
from connectors.meta_ads.tables import CAMPAIGN_ACTIONS_DAILY, REACH
from connectors.meta_ads.wire import Account, Action, Insight

Rows = Sequence[Insight]


def _texts(values: list[str | None]) -> pa.Array:
    """Numbers as the vendor's texts; the table casts them to its own types."""
    return pa.array(values, pa.string())


def _of_type(actions: Sequence[Action], name: str) -> str | None:
    return next((action.value for action in actions if action.action_type == name), None)


_COLUMNS: dict[str, Callable[[Rows], object]] = {
    "date": lambda rows: [row.date_start for row in rows],
    "account_id": lambda rows: [row.account_id for row in rows],
    "campaign_id": lambda rows: [row.campaign_id for row in rows],
    "campaign_name": lambda rows: [row.campaign_name for row in rows],
    "objective": lambda rows: [row.objective for row in rows],
    "ad_set_id": lambda rows: [row.adset_id for row in rows],
    "ad_set_name": lambda rows: [row.adset_name for row in rows],
    "ad_id": lambda rows: [row.ad_id for row in rows],
    "ad_name": lambda rows: [row.ad_name for row in rows],
    "country": lambda rows: [row.country for row in rows],
    "impression_device": lambda rows: [row.impression_device for row in rows],
    "age": lambda rows: [row.age for row in rows],
    "gender": lambda rows: [row.gender for row in rows],
    "impressions": lambda rows: _texts([row.impressions for row in rows]),
    "reach": lambda rows: _texts([row.reach for row in rows]),
    "clicks": lambda rows: _texts([row.clicks for row in rows]),
    "inline_link_clicks": lambda rows: _texts([row.inline_link_clicks for row in rows]),
    "inline_post_engagement": lambda rows: _texts([row.inline_post_engagement for row in rows]),
    "spend_amount": lambda rows: _texts([row.spend for row in rows]),
    "video_plays": lambda rows: _texts([_of_type(row.video_play_actions, "video_view") or "0" for row in rows]),
    "video_completions": lambda rows: _texts(
        [_of_type(row.video_p100_watched_actions, "video_view") or "0" for row in rows]
    ),
    "omni_purchases": lambda rows: _texts([_of_type(row.actions, "omni_purchase") for row in rows]),
    "omni_purchase_value_amount": lambda rows: _texts([_of_type(row.action_values, "omni_purchase") for row in rows]),
    "purchases": lambda rows: _texts([_of_type(row.actions, "purchase") for row in rows]),
    "purchase_value_amount": lambda rows: _texts([_of_type(row.action_values, "purchase") for row in rows]),
}


def insight_batch(table: Table, account: Account, rows: Rows) -> pa.Table:
    """A table of `tables.py` whose columns come straight from rows."""
    own = {name: _COLUMNS[name](rows) for name in table.columns if name in _COLUMNS}
    return _batch(table, account, rows, own)


def action_batch(account: Account, rows: Rows) -> pa.Table:
    """One row per campaign day and action type, whether it has a count, a value, or both."""
    exploded = [
        (row, name, _of_type(row.actions, name) or "0", _of_type(row.action_values, name))
        for row in rows
        for name in dict.fromkeys(action.action_type for action in (*row.actions, *row.action_values))
    ]
    owners = [row for row, *_ in exploded]
    own = {
        **{name: _COLUMNS[name](owners) for name in ("date", "account_id", "campaign_id")},
        "action_type": [name for _, name, _, _ in exploded],
        "actions": _texts([count for _, _, count, _ in exploded]),
        "value_amount": _texts([value for *_, value in exploded]),
    }
    return _batch(CAMPAIGN_ACTIONS_DAILY, account, owners, own)


def reach_batch(account: Account, window: Window, grain: Grain, level: str, rows: Rows) -> pa.Table:
    """Reach of one grain and level; the period is the one that holds the row's first day."""
    starts = [window.period_start(grain, row.date_start) for row in rows]
    own = {
        "period_id": [Period(grain, start, start).id for start in starts],
        "period_grain": [grain] * len(rows),
        "period_start": starts,
        "level": [level] * len(rows),
        **{name: _COLUMNS[name](rows) for name in ("account_id", "campaign_id", "ad_set_id", "reach", "impressions")},
    }
    return _batch(REACH, account, rows, own)


def _batch(table: Table, account: Account, rows: Rows, own: dict[str, object]) -> pa.Table:
    scope = {
        "time_zone": [account.timezone_name] * len(rows),
        "currency": [row.account_currency or account.currency for row in rows],
    }
    try:
        return table.batch({**own, **scope})
    except pa.ArrowInvalid:
        raise UnexpectedAnswerError(
            f"meta_ads: a figure of {table.name} is not a number. Nothing was loaded; report it."
        ) from None
