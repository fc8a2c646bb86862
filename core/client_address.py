"""The address that a request came from: one function for limits, lock-outs and the log."""

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

_WITH_PORT = re.compile(r"\[(?P<bracketed>[^\]]*)\](:[0-9]*)?|(?P<plain>[^:]*):[0-9]*")


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a request came from. Exactly as many proxies as `PILOTZONE_PROXIES` says are believed in
    what they add to `X-Forwarded-For`."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return address_behind(settings.PILOTZONE_PROXIES, peer=request.META.get("REMOTE_ADDR", ""), forwarded_for=forwarded)


def address_behind(proxies: int, *, peer: str, forwarded_for: str) -> str | None:
    """The address that the outermost of so many proxies saw.

    Each proxy adds at the right whom it was asked by; what stands further left is whatever the caller wrote. Where
    there are too few entries, or the one that counts is no address, only the peer of the connection is certain.

    >>> address_behind(1, peer="10.0.0.1", forwarded_for="1.1.1.1, 192.0.2.7")
    '192.0.2.7'
    """
    added = forwarded_for.split(",")
    found = _parse(added[-proxies]) if 0 < proxies <= len(added) else None
    return found or _parse(peer)


def _parse(text: str) -> str | None:
    """One spelling of each address, without port and zone; None for what is no address."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["plain"] if found["bracketed"] is None else found["bracketed"]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)
