"""Who is calling: a forwarding header is believed from a named proxy only (ASVS 4.1.3)."""

from collections.abc import Sequence

import pytest
from fastapi import Request

from app.core.http import client_address

PROXY, INNER, CALLER, LIAR = "10.0.0.1", "10.0.0.2", "203.0.113.5", "198.51.100.66"


def request(peer: str | None, forwarded: str | None) -> Request:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else []
    client = (peer, 1) if peer else None
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "expected"),
    [
        (CALLER, None, [], CALLER),
        (CALLER, LIAR, [], CALLER),
        (CALLER, LIAR, [PROXY], CALLER),
        (PROXY, CALLER, [PROXY], CALLER),
        (PROXY, f"{LIAR}, {CALLER}", [PROXY], CALLER),
        (PROXY, f"{LIAR}, {CALLER}, {INNER}", [PROXY, INNER], CALLER),
        (PROXY, f"{LIAR},{CALLER}", [PROXY, INNER], CALLER),
        (PROXY, None, [PROXY], PROXY),
        (PROXY, "", [PROXY], PROXY),
        (PROXY, f"{INNER}, {PROXY}", [PROXY, INNER], PROXY),
        (PROXY, "x" * 500, [PROXY], "x" * 64),
        (None, LIAR, [PROXY], "local"),
    ],
)
def test_only_the_last_stranger_before_a_named_proxy_is_believed(
    peer: str | None, forwarded: str | None, trusted: Sequence[str], expected: str
) -> None:
    assert client_address(request(peer, forwarded), trusted) == expected
