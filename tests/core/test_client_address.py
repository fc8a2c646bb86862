"""Exactly as many proxies are believed as the settings say."""

import pytest
from django.test import RequestFactory

from core.client_address import address_behind, client_address

PEER = "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded_for", "address"),
    [
        # No proxy: whatever the header says was written by the caller.
        (0, "", PEER),
        (0, "1.1.1.1", PEER),
        (0, "1.1.1.1, 2.2.2.2", PEER),
        # As many entries as proxies.
        (1, "1.1.1.1", "1.1.1.1"),
        (2, "1.1.1.1, 2.2.2.2", "1.1.1.1"),
        # The caller wrote entries of its own in front.
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6,1.1.1.1,2.2.2.2", "1.1.1.1"),
        (1, "garbage, 6.6.6.6, 1.1.1.1", "1.1.1.1"),
        # Somebody came past a proxy: none of it is certain.
        (1, "", PEER),
        (2, "6.6.6.6", PEER),
        (9, "6.6.6.6, 1.1.1.1", PEER),
    ],
)
def test_only_what_that_many_proxies_added_is_believed(proxies: int, forwarded_for: str, address: str) -> None:
    assert address_behind(proxies, peer=PEER, forwarded_for=forwarded_for) == address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.7:51234", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:DB8::0:7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("fe80::7%eth0", "fe80::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_spelt_in_one_way_without_its_port(written: str, address: str) -> None:
    assert address_behind(1, peer=PEER, forwarded_for=written) == address
    assert address_behind(0, peer=written, forwarded_for="") == address


@pytest.mark.parametrize(
    "garbage",
    ["unknown", "_hidden", "-", "", "1.1.1.1, ", "999.1.1.1", "[", "[::1", "]:80", "1:2:3", "9" * 5000, "\x00"],
)
def test_garbage_is_no_address(garbage: str) -> None:
    assert address_behind(1, peer=PEER, forwarded_for=garbage) == PEER
    assert address_behind(0, peer=garbage, forwarded_for="") is None


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "2.2.2.2"), (2, "1.1.1.1"), (3, "127.0.0.1")])
def test_a_request_is_asked_for_its_address_as_the_settings_say(settings, proxies: int, address: str) -> None:
    settings.PILOTZONE_PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": "1.1.1.1, 2.2.2.2"})
    assert client_address(request) == address
