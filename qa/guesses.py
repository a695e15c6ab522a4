"""How often wrong secrets may be shown: so often from one address, and so often in all."""

import ipaddress
import math
import time
from contextlib import suppress

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

_EACH = RateLimitItemPerMinute(10, namespace="each")
_ALL = RateLimitItemPerMinute(100, namespace="all")
_STRICT = 1
"""Wrong ones that an address may show in a minute in which there were too many in all."""
_NETWORK = 64
"""Bits of an IPv6 address that are its network's; somebody has all the others to himself."""


class Guesses:
    """Counts wrong secrets by the address that they came from, over the last minute.

    Whoever has shown none is always heard, however many others have.
    """

    def __init__(self) -> None:
        self._counts = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._counts)

    def wait(self, address: str) -> int:
        """Say how many seconds an address is not heard; 0 if it is."""
        many = not self._limiter.test(_ALL)
        window = self._limiter.get_window_stats(_EACH, _client(address))
        wrong = _EACH.amount - window.remaining
        if wrong < (_STRICT if many else _EACH.amount):
            return 0
        return max(1, math.ceil(window.reset_time - time.time()))

    def wrong(self, address: str) -> None:
        """Note that a wrong secret came from an address."""
        if self._limiter.get_window_stats(_ALL).remaining == _ALL.amount:
            self._counts.reset()  # of addresses that are no longer counted it keeps the names
        self._limiter.hit(_ALL)
        self._limiter.hit(_EACH, _client(address))


def _client(address: str) -> str:
    """Name who has an address."""
    with suppress(ValueError):
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(parsed, ipaddress.IPv6Address):
            if parsed.ipv4_mapped:
                return str(parsed.ipv4_mapped)
            return str(ipaddress.ip_network((parsed, _NETWORK), strict=False))
    return address
