"""Files that are traps: YAML that grows or nests without end, packed files that grow, names that lead elsewhere."""

import csv
import gzip
import zipfile
from pathlib import Path

import pytest
import yaml

from connectors.common.errors import ConfigError, SourceError
from connectors.common.privacy import Hasher
from connectors.config import read_company
from connectors.config.alerts import read_alerts
from connectors.config.bi import read_copies
from connectors.config.boards import read_boards
from connectors.files import preview, read
from connectors.typeform.fields import read_fields
from tests.security.hostile import HOSTILE

COMPANY = {"time_zone": "Europe/Stockholm", "reporting_currency": "SEK", "history_start": "2026-01-01"}
LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
ENDLESS = "a: &a [*a]\n"
DEEP = "a: " + "[" * 1500 + "]" * 1500 + "\n"
OBJECT = "name: !!python/object/apply:os.system [touch pwned]\n"


@pytest.mark.parametrize(
    ("trap", "says"),
    [
        (LAUGHS, "too many values by its aliases"),
        (ENDLESS, "too many values by its aliases"),
        (DEEP, "nested too deeply"),
        (OBJECT, "cannot be read: write plain values there"),
    ],
    ids=["laughs", "endless", "deep", "object"],
)
def test_a_trap_of_yaml_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    readers = {"company.yml": read_company, "boards.yml": read_boards, "alerts.yml": read_alerts, "bi.yml": read_copies}
    for name, reader in readers.items():
        (tmp_path / name).write_text(trap, "utf-8")
        with pytest.raises(ConfigError, match=says):
            reader(tmp_path)
    (tmp_path / "fields.yml").write_text(trap, "utf-8")
    with pytest.raises(SourceError, match="is not valid YAML"):
        read_fields(tmp_path / "fields.yml")
    (tmp_path / "mapping.yml").write_text(trap, "utf-8")
    with pytest.raises(SourceError):
        preview(tmp_path, tmp_path / "mapping.yml", Hasher(b"k"))
    assert not (tmp_path / "pwned").exists()


def test_a_name_in_the_configuration_is_taken_as_it_is(tmp_path: Path) -> None:
    for text in HOSTILE:
        (tmp_path / "company.yml").write_text(yaml.safe_dump({**COMPANY, "name": text}, default_style='"'), "utf-8")
        assert read_company(tmp_path).name == text


MAPPING = """\
input: {path: "PATH"}
entities:
  - entity: mail_members
    columns: {member_id: id}
"""


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "a/../../secret.csv", "link.csv", "linked/*.csv"])
def test_a_mapping_reads_nothing_outside_of_its_folder(tmp_path: Path, path: str) -> None:
    inputs = tmp_path / "inputs"
    (inputs / "a").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("id\n1\n", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.csv").write_text("id\n1\n", "utf-8")
    (inputs / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inputs / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mapping.yml").write_text(MAPPING.replace("PATH", path), "utf-8")
    with pytest.raises(SourceError, match=r"input folder"):
        preview(inputs, tmp_path / "mapping.yml", Hasher(b"k"))


def test_hostile_names_of_files_and_cells_are_read_as_they_are(tmp_path: Path) -> None:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    # U+FFFD stands for a byte that the file's encoding does not know: such a row is refused on purpose.
    unfit = (".", "..", "\ufffd")
    names = [text for text in HOSTILE if "/" not in text and len(text.encode()) < 200 and text not in unfit]
    for text in names:
        with (inputs / f"{text}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", "list"], [f"m{names.index(text)}", text]])
    mapping = MAPPING.replace("PATH", "*.csv").replace("member_id: id", "member_id: id, list_id: list")
    (tmp_path / "mapping.yml").write_text(mapping, "utf-8")
    shaped = preview(inputs, tmp_path / "mapping.yml", Hasher(b"k"))
    assert len(names) >= 200
    assert shaped.bad == []
    found = {text for table in shaped.tables["mail_members"] for text in table["list_id"].to_pylist()}
    # Cells that say `null`, or nothing, are empty.
    assert found == {None if text.strip().lower() in ("", "null") else text.strip() for text in names}


def test_a_workbook_that_grows_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_UNPACKED_BYTES", "MOST_WORKBOOK_BYTES"):
        monkeypatch.setattr(read, name, 1_000_000)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    with zipfile.ZipFile(inputs / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", b"0" * 5_000_000)
    (inputs / "bomb.csv.gz").write_bytes(gzip.compress(b"id\n" + b"1\n" * 2_500_000, 1))
    for name in ("bomb.xlsx", "bomb.csv.gz"):
        (tmp_path / "mapping.yml").write_text(MAPPING.replace("PATH", name), "utf-8")
        with pytest.raises(SourceError, match="unpacks to more than"):
            preview(inputs, tmp_path / "mapping.yml", Hasher(b"k"))
