"""The client's manners: what it retries, when it gives up, what it says."""

from collections.abc import Callable

import msgspec
import pytest
import requests
from requests.adapters import BaseAdapter

from connectors.common.errors import (
    CredentialsRejectedError,
    SourceError,
    ThrottledError,
    UnexpectedAnswerError,
    VendorUnavailableError,
)
from connectors.common.http import ApiClient

SECRET = "s3cret-token"


class Answers(BaseAdapter):
    """Gives the listed answers one after the other: (status, body, headers) or an exception."""

    def __init__(self, *answers: tuple[int, bytes, dict[str, str]] | Exception) -> None:
        super().__init__()
        self.answers = list(answers)
        self.calls = 0

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        self.calls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code, response._content = answer[0], answer[1]
        response.headers.update(answer[2])
        response.request = request
        return response

    def close(self) -> None:
        return None


class Thing(msgspec.Struct):
    value: int


Make = Callable[..., tuple[ApiClient, Answers, list[float]]]


@pytest.fixture
def client() -> Make:
    def make(
        *answers: tuple[int, bytes, dict[str, str]] | Exception, **options: object
    ) -> tuple[ApiClient, Answers, list[float]]:
        adapter, session, waits = Answers(*answers), requests.Session(), []
        session.mount("https://vendor.test/", adapter)
        made = ApiClient(
            "vendor",
            "https://vendor.test/v1",
            "api_key",
            lambda: {"Authorization": f"Bearer {SECRET}"},
            session=session,
            sleep=waits.append,
            **options,  # type: ignore[arg-type]
        )
        return made, adapter, waits

    return make


GOOD = (200, b'{"value": 1}', {})


def test_it_waits_as_long_as_the_vendor_asks(client: Make) -> None:
    api, _, waits = client((429, b"", {"Retry-After": "2.5"}), GOOD)
    assert api.get_as(Thing, "/x").value == 1
    assert waits == [2.5]


def test_without_retry_after_the_waits_grow(client: Make) -> None:
    api, _, waits = client(*[(503, b"", {})] * 4, GOOD)
    assert api.get_as(Thing, "/x").value == 1
    assert all(0.5 * 2**n <= wait <= 2**n for n, wait in enumerate(waits))
    assert len(waits) == 4


def test_it_gives_up_after_five_tries(client: Make) -> None:
    api, adapter, _ = client(*[(500, b"", {})] * 9)
    with pytest.raises(VendorUnavailableError, match="failed 5 times"):
        api.get("/x")
    assert adapter.calls == 5


def test_a_wait_beyond_patience_is_not_waited_for(client: Make) -> None:
    api, adapter, waits = client((429, b"", {"Retry-After": "5603"}))
    with pytest.raises(ThrottledError, match="asks to wait 5603 s"):
        api.get("/x")
    assert (adapter.calls, waits) == (1, [])


def test_an_expired_token_is_refreshed_once(client: Make) -> None:
    refreshed: list[int] = []
    api, _, _ = client((401, b"", {}), GOOD, (401, b"", {}), GOOD, refresh=lambda: refreshed.append(1))
    api.get("/x")
    api.get("/x")
    assert len(refreshed) == 2


def test_refused_credentials_name_the_setting_and_not_the_secret(client: Make) -> None:
    api, adapter, _ = client((401, SECRET.encode(), {}), (401, b"", {}), refresh=lambda: None)
    with pytest.raises(CredentialsRejectedError, match="SOURCES__VENDOR__API_KEY") as raised:
        api.get("/x", {"access_token": SECRET})
    assert SECRET not in str(raised.value)
    assert adapter.calls == 2


def test_a_wrong_request_is_not_repeated(client: Make) -> None:
    api, adapter, _ = client((400, b"", {}))
    with pytest.raises(SourceError, match=r"was refused: HTTP 400\.$"):
        api.get("/x")
    assert adapter.calls == 1


def test_a_body_that_is_not_json_is_asked_for_again(client: Make) -> None:
    api, _, _ = client((200, b"<html>", {}), (200, b'{"val', {}), GOOD)
    assert api.get_as(Thing, "/x").value == 1


def test_a_changed_type_stops_at_once(client: Make) -> None:
    api, adapter, _ = client((200, b'{"value": "many"}', {}))
    with pytest.raises(UnexpectedAnswerError, match="has changed its shape"):
        api.get_as(Thing, "/x")
    assert adapter.calls == 1


def test_a_lost_connection_is_told_without_the_url(client: Make) -> None:
    api, _, _ = client(*[requests.ConnectionError(f"https://vendor.test/?token={SECRET}")] * 5)
    with pytest.raises(VendorUnavailableError, match="ConnectionError") as raised:
        api.get("/x")
    assert SECRET not in str(raised.value)
