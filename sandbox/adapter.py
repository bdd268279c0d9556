"""The sandbox behind `requests` without a socket: the same dispatch, in this process."""

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from sandbox.server import Sandbox

BASE_URL = "http://sandbox.localhost"  # mount the adapter here; no such host is ever asked for


class SandboxAdapter(BaseAdapter):
    """Hands prepared requests to a sandbox whose `base_url` is BASE_URL."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._sandbox = sandbox

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Raises ConnectionError where the server would have hung up."""
        parts = urlsplit(str(request.url))
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        body = request.body or b""
        answer = self._sandbox.dispatch(
            str(request.method), target, dict(request.headers), body.encode() if isinstance(body, str) else body
        )
        if answer.breaks == "before":
            raise requests.ConnectionError("the sandbox hung up", request=request)
        if answer.breaks == "midway":
            raise requests.exceptions.ChunkedEncodingError("the sandbox hung up midway", request=request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = HTTPResponse(io.BytesIO(answer.body), headers=dict(answer.headers), preload_content=False)
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        """There is nothing to close."""
