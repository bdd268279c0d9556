"""What a vendor sends that it did not send before, and what it does not send any more."""

from pathlib import Path

import msgspec
import pytest

from connectors.common import drift


class Item(msgspec.Struct):
    id: str
    count: int = 0
    tags: dict[str, int] = {}


class Page(msgspec.Struct):
    items: list[Item]
    note: str | None = None


def told(body: bytes) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(body, type=Page)
    return drift.difference(caught.value)


def test_a_column_that_is_gone_or_retyped_is_put_in_words() -> None:
    assert told(b'{"items": [{"count": 1}]}') == "the column `items.id` was there and is gone"
    assert told(b'{"items": [{"id": "a", "count": "1"}]}') == "the column `items.count` was a whole number and is text"
    assert told(b'{"items": [], "note": [1]}') == "the column `note` was text or empty and is a list"
    assert told(b"{}") == "the column `items` was there and is gone"
    assert told(b"[]") == "the column `the answer itself` was a group of columns and is a list"


def load(known: Path, path: str, *bodies: bytes) -> list[str]:
    drift.begin("toy")
    for body in bodies:
        drift.look("toy", path, Page, body)
    return drift.new_columns("toy", known)


def test_a_new_column_is_told_once_and_an_endpoint_that_is_new_says_nothing(tmp_path: Path) -> None:
    known = tmp_path / "toy.columns.json"
    usual, changed = (
        b'{"items": [{"id": "a", "old": 1}]}',
        b'{"items": [{"id": "a", "old": 1, "new": {"x": 1}}], "more": 1}',
    )
    assert load(known, "/lists/17/items", usual) == []
    assert load(known, "/lists/18/items", usual) == []
    assert load(known, "/lists/19/items", changed) == ["items.new", "more"]
    assert load(known, "/lists/20/items", changed) == []
    assert load(known, "/search", changed) == []


def test_names_that_are_values_are_no_columns(tmp_path: Path) -> None:
    known = tmp_path / "toy.columns.json"
    assert load(known, "/items", b'{"items": [{"id": "a", "tags": {"red": 1}}]}') == []
    assert load(known, "/items", b'{"items": [{"id": "a", "tags": {"blue": 1}}]}') == []
