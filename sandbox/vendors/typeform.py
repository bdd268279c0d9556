"""Typeform's Responses API over the truth: three forms (NPS, NKI, CSAT), answers as of one instant."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sandbox.server import Request, Response
from sandbox.vendors.encode import instants, json_instants, json_texts, plain_instant
from sandbox.world.model import World

JSON = {"Content-Type": "application/json; charset=utf-8"}
TOKEN = "tfp_sandbox"  # noqa: S105 - the sandbox's own
# Form id by survey of the truth, and its questions: ref, type, steps, start_at_one.
FORMS: dict[str, tuple[str, tuple[tuple[str, str, int, bool], ...]]] = {
    "nps": ("npsForm1", (("nps_main", "nps", 11, False),)),
    "csat": ("csatFrm1", (("csat_main", "rating", 5, True),)),
    "nki": (
        "nkiForm1",
        tuple((ref, "opinion_scale", 10, True) for ref in ("nki_overall", "nki_expected", "nki_ideal")),
    ),
}
_SURVEYS = {form: survey for survey, (form, _) in FORMS.items()}


class Typeform:
    """One account; `page_size` is the largest page that the vendor gives."""

    name = "typeform"
    credentials: ClassVar = {"access_token": TOKEN}
    page_size = 1000

    def __init__(self, world: World, as_of: datetime, base_url: str) -> None:
        self._world = world
        self._as_of = plain_instant(as_of)

    def handle(self, request: Request) -> Response:
        """The answer as the vendor gives it."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return self._refused()
        parts = request.path.strip("/").split("/")
        if parts == ["forms"]:
            items = [{"id": form, "type": "quiz", "title": form} for form in _SURVEYS]
            return _answer(200, {"total_items": len(items), "page_count": 1, "items": items})
        if parts[0] != "forms" or parts[1] not in _SURVEYS:
            return _answer(404, {"code": "FORM_NOT_FOUND", "description": f"Non existing form with uid {parts[-1]}"})
        if len(parts) == 2:
            return _answer(200, _form(_SURVEYS[parts[1]]))
        return self._responses(_SURVEYS[parts[1]], {name: values[0] for name, values in request.query.items()})

    def fault(self, kind: str, request: Request, **arguments: Any) -> Response | None:
        """A fault in the vendor's own form; None where it does not exist for this vendor."""
        if kind in ("throttle", "throttle_retry_after"):
            wait = {"Retry-After": "0.1"} if kind == "throttle_retry_after" else {}
            return _answer(429, {"code": "TOO_MANY_REQUESTS", "description": "Too many requests"}, wait)
        if kind in ("expired_token", "bad_credentials"):
            return self._refused()
        if kind == "server_error":
            return Response(499, b"", {})
        good = json.loads(self.handle(request).body)
        items = good.get("items", [])
        if not items or "response_id" not in items[0]:
            return None
        if kind in ("duplicate_page", "moving_row"):
            good["items"] = items + items[: 1 if kind == "moving_row" else len(items)]
        elif kind == "unknown_column":
            for item in items:
                item["surprise"] = {"x": 1}
        elif kind == "changed_type":
            items[0]["submitted_at"] = 1700000000
        elif kind == "vanished_day":
            good["items"] = [item for item in items if not item["submitted_at"].startswith(str(arguments["day"]))]
        else:
            return None
        return _answer(200, good)

    def _responses(self, survey: str, query: dict[str, str]) -> Response:
        rendered, submitted, tokens = self._surveys[survey]
        first, past = 0, len(rendered)  # rows lie newest first
        if "until" in query:
            first = int(
                np.searchsorted(-submitted.view(np.int64), -_instant(query["until"]).view(np.int64), side="left")
            )
        if "since" in query:
            past = int(
                np.searchsorted(-submitted.view(np.int64), -_instant(query["since"]).view(np.int64), side="right")
            )
        if "before" in query:
            first = max(first, tokens[query["before"]] + 1)
        size = min(int(query.get("page_size", 25)), self.page_size)
        total = max(0, past - first)
        head = f'{{"total_items":{total},"page_count":{-(-total // size)},"items":['
        return Response(200, (head + ",".join(rendered[first : min(first + size, past)]) + "]}").encode(), JSON)

    @cached_property
    def _surveys(self) -> dict[str, tuple[list[str], npt.NDArray[np.datetime64], dict[str, int]]]:
        """Per survey, newest first: rendered answers, their instants, the place of each token."""
        table = self._world.tables["survey_answers"]
        people = self._world.tables["people"].set_index("person_id")["email"]
        table = table.assign(email=people.reindex(table["person_id"]).fillna("").to_numpy())
        table = table.assign(at=instants(table["answered_at"]).astype("datetime64[s]"))
        table = table[table["at"] <= self._as_of].sort_values(["at", "answer_id"], ascending=False)
        found = {}
        for survey, (_, questions) in FORMS.items():
            rows = table[table["survey_id"].astype(str) == survey]
            columns = ["score"] if survey != "nki" else ["nki_1", "nki_2", "nki_3"]
            scores = [rows[column].astype(float).to_numpy() for column in columns]
            fixed = zip(
                rows["answer_id"].astype(str),
                json_instants(rows["at"].to_numpy()),
                json_texts(rows["touchpoint"]),
                json_texts(rows["country"]),
                json_texts(rows["email"], null=""),
                range(len(rows)),
                strict=True,
            )
            rendered = [
                f'{{"landing_id":"{token}","token":"{token}","response_id":"{token}","response_type":"completed",'
                f'"landed_at":{at},"submitted_at":{at},"metadata":{{"user_agent":"Mozilla/5.0","network_id":"8a01"}},'
                f'"hidden":{{"touchpoint":{touchpoint},"country":{country},"customer_email":{email}}},'
                f'"calculated":{{"score":0}},"answers":[{_answers(questions, scores, row)}]}}'
                for token, at, touchpoint, country, email, row in fixed
            ]
            tokens = {token: place for place, token in enumerate(rows["answer_id"].astype(str))}
            found[survey] = (rendered, rows["at"].to_numpy().astype("datetime64[s]"), tokens)
        return found

    def _refused(self) -> Response:
        words = "Authentication credentials not found on the Request Headers"
        return _answer(401, {"code": "AUTHENTICATION_FAILED", "description": words})


def _answers(
    questions: tuple[tuple[str, str, int, bool], ...], scores: Sequence[npt.NDArray[np.floating[Any]]], row: int
) -> str:
    """Answers of one row; a skipped question is simply not there."""
    return ",".join(
        f'{{"field":{{"id":"{ref}","type":"{kind}","ref":"{ref}"}},"type":"number","number":{int(values[row])}}}'
        for (ref, kind, _, _), values in zip(questions, scores, strict=True)
        if not np.isnan(values[row])
    )


def _form(survey: str) -> dict[str, Any]:
    form, questions = FORMS[survey]
    fields = [
        {"id": ref, "title": ref, "ref": ref, "type": kind, "properties": {"steps": steps, "start_at_one": start}}
        for ref, kind, steps, start in questions
    ]
    return {"id": form, "type": "quiz", "title": survey, "fields": fields}


def _instant(text: str) -> np.datetime64:
    return np.datetime64(datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None), "s")


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body).encode(), {**JSON, **(headers or {})})


VENDOR = Typeform
