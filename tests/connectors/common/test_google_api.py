"""Google's tokens: a service account's assertion is what Google asks for, and a broken key file is told."""

import json
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.common.errors import CredentialsRejectedError
from connectors.common.google_api import GoogleToken, failure_in, service_account_grant
from tests.connectors.conftest import Answer, FakeApi

EMAIL = "loader@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/analytics.readonly"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def key_file(key: rsa.RSAPrivateKey) -> str:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return json.dumps({"type": "service_account", "client_email": EMAIL, "private_key": pem.decode()})


def unpacked(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_service_account_signs_who_it_is_and_what_it_wants(
    fake_api: FakeApi, key: rsa.RSAPrivateKey, key_file: str
) -> None:
    fake_api.handler = lambda _: Answer({"access_token": "ya29.a", "expires_in": 3599})
    url = f"{fake_api.url}/token"
    token = GoogleToken(
        "demo", url, lambda: service_account_grant("demo", key_file, SCOPE, url), "service_account_info"
    )
    assert token.headers == {"Authorization": "Bearer ya29.a"}
    form = parse_qs(fake_api.calls[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signature = form["assertion"][0].split(".")
    key.public_key().verify(unpacked(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    told = json.loads(unpacked(claims))
    assert (told["iss"], told["scope"], told["aud"]) == (EMAIL, SCOPE, url)
    assert told["exp"] - told["iat"] == 3600
    assert json.loads(unpacked(head))["alg"] == "RS256"


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"client_email": "a"}', '{"private_key": "x", "client_email": "a"}']
)
def test_a_broken_key_file_is_told_without_its_content(text: str) -> None:
    with pytest.raises(CredentialsRejectedError, match="service_account_info") as raised:
        service_account_grant("demo", text, SCOPE, "https://vendor.test/token")
    assert text not in str(raised.value)


def test_an_error_is_found_alone_and_in_a_stream() -> None:
    body = json.dumps({"error": {"code": 429, "message": "later", "status": "RESOURCE_EXHAUSTED"}}).encode()
    for form in (body, b"[" + body + b"]", b'[{"results": []}, ' + body + b"]"):
        failure = failure_in(form)
        assert failure is not None
        assert failure.code == 429
    assert failure_in(b'{"rows": []}') is None
    assert failure_in(b"<html>") is None
