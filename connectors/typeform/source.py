"""Typeform Responses API, 2 requests a second. Needs `SOURCES__TYPEFORM__ACCESS_TOKEN` and a fields file."""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dlt
import msgspec
import pyarrow as pa
import requests
from dlt.extract import DltResource

from connectors.common.errors import SourceError
from connectors.common.http import ApiClient, Kind, Verdict, verdict_by_status
from connectors.common.resource import resource
from connectors.common.source import LoadRequest, Setting, Source
from connectors.typeform.fields import SCALES, FormMapping, read_fields
from connectors.typeform.tables import ANSWERS, FORMS, TABLES
from connectors.typeform.wire import ErrorBody, Form, Response, Responses

LOG = logging.getLogger("nyckeltal.typeform")
PAGE_SIZE = 1000  # the vendor's maximum


@dlt.source(name="typeform", section="typeform", max_table_nesting=0)
def typeform_source(
    request: LoadRequest,
    access_token: str | None = dlt.secrets.value,
    fields_file: str = "",
    base_url: str = "https://api.typeform.com",
) -> Iterable[DltResource]:
    """Answers submitted since the last load, and the scales of the mapped forms."""
    mappings = read_fields(Path(fields_file) if fields_file else default_fields_file())
    api = ApiClient(
        "typeform",
        base_url,
        "access_token",
        auth_headers=lambda: {"Authorization": f"Bearer {access_token}"},
        judge=judge,
    )
    yield resource(FORMS, lambda: [forms(api, mappings)])
    yield resource(ANSWERS, lambda: answers(api, request, mappings))


def default_fields_file() -> Path:
    """`typeform_fields.yml` in the configuration folder."""
    return Path(os.environ.get("NYCKELTAL_CONFIG", "config")) / "typeform_fields.yml"


def judge(response: requests.Response) -> Verdict:
    """Tokens do not expire, so a 401 is final; 499 = the vendor gave up waiting for itself."""
    verdict = verdict_by_status(response)
    if verdict.kind is Kind.OK:
        return verdict
    try:
        reason = msgspec.json.decode(response.content, type=ErrorBody).code or verdict.reason
    except msgspec.DecodeError:
        reason = verdict.reason
    if response.status_code == 401:
        return Verdict(Kind.CREDENTIALS, reason)
    kind = Kind.TRANSIENT if response.status_code == 499 else verdict.kind
    return Verdict(kind, reason, verdict.wait_seconds)


def forms(api: ApiClient, mappings: dict[str, FormMapping]) -> pa.Table:
    """One row per mapped form; refuses a question whose scale is not that of its kind."""
    return FORMS.rows(
        [_form_row(api.get_as(Form, f"/forms/{form_id}"), mapping) for form_id, mapping in mappings.items()]
    )


def _form_row(form: Form, mapping: FormMapping) -> dict[str, object]:
    fields = {name: field for field in form.fields for name in (field.id, field.ref)}
    for score in mapping.scores:
        if score not in fields:
            raise SourceError(f"typeform: form {form.id} has no field {score!r}: correct `scores` in the fields file.")
        steps, start = fields[score].properties.steps, int(fields[score].properties.start_at_one is not False)
        if fields[score].type == "nps" or (
            fields[score].type == "opinion_scale" and not fields[score].properties.start_at_one
        ):
            start = 0
        if steps is not None and (start, start + steps - 1) != SCALES[mapping.kind]:
            low, high = SCALES[mapping.kind]
            raise SourceError(
                f"typeform: form {form.id}, field {score!r} runs from {start} to {start + steps - 1}, "
                f"but {mapping.kind} is defined on {low} to {high}: map another field or change the form."
            )
    low, high = SCALES[mapping.kind]
    return {
        "form_id": form.id,
        "kind": mapping.kind,
        "scale_min": low,
        "scale_max": high,
        "field_count": len(form.fields),
    }


def answers(api: ApiClient, request: LoadRequest, mappings: dict[str, FormMapping]) -> Iterator[pa.Table]:
    """Completed answers, newest first, a page at a time; pages go backwards by the token of the last item."""
    for form_id, mapping in mappings.items():
        asked = {"page_size": PAGE_SIZE, "completed": "true", "until": _text(request.as_of)}
        if request.changed_since:
            asked["since"] = _text(request.changed_since)
        count, before = 0, ""
        while True:
            page = api.get_as(
                Responses, f"/forms/{form_id}/responses", {**asked, **({"before": before} if before else {})}
            )
            rows = [_row(form_id, mapping, item, request) for item in page.items if _submitted(item)]
            count += len(rows)
            yield ANSWERS.rows(rows)
            if len(page.items) < PAGE_SIZE or page.items[-1].response_id == before:
                break
            before = page.items[-1].response_id
        LOG.info("%s: %d answers", form_id, count)


def _row(form_id: str, mapping: FormMapping, item: Response, request: LoadRequest) -> dict[str, object]:
    given = {name: answer for answer in item.answers or () for name in (answer.field.id, answer.field.ref)}
    hidden = item.hidden or {}
    scores = [given[name].number if name in given else None for name in mapping.scores]
    asked_email = given[mapping.email].email if mapping.email in given else None
    row: dict[str, object] = {
        "response_id": item.response_id,
        "form_id": form_id,
        "kind": mapping.kind,
        "touchpoint": hidden.get(mapping.hidden.get("touchpoint", "")) or mapping.touchpoint,
        "submitted_at": _submitted(item),
        "email_hash": request.hasher.email(hidden.get(mapping.hidden.get("email", "")) or asked_email),
        "country": hidden.get(mapping.hidden.get("country", "")) or mapping.country,
    }
    if mapping.kind == "nki":
        return row | dict(zip(("nki_1", "nki_2", "nki_3"), scores, strict=True))
    return row | {"score": scores[0]}


def _submitted(item: Response) -> datetime | None:
    """The instant of an answer; the vendor writes year 1 where somebody never finished."""
    if not item.submitted_at or item.submitted_at.startswith("0001"):
        return None
    return datetime.fromisoformat(item.submitted_at)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_settings() -> None:
    """Reads the fields file; SourceError says what is wrong in it."""
    read_fields(Path(dlt.config.get("sources.typeform.fields_file", str) or default_fields_file()))


SOURCE = Source(
    name="typeform",
    title="Typeform",
    tables=TABLES,
    settings=(
        Setting("access_token", "personal token with scopes forms:read and responses:read", is_secret=True),
        Setting(
            "fields_file",
            "which question is which score; default typeform_fields.yml in the configuration folder",
            is_required=False,
        ),
        Setting("base_url", "https://api.eu.typeform.com for accounts in the EU", is_required=False),
    ),
    build=lambda request: typeform_source(request),
    check=check_settings,
    reload_days=1,
    settle_days=1,
    uses_cursor=True,
    cursor_overlap=timedelta(days=1),  # the newest answers can be missing for up to half an hour
)
