"""Posts to endpoints that nobody here has vouched for."""

from ._network import AddressRefused, check_address
from ._post import NotDelivered, post

__all__ = ["AddressRefused", "NotDelivered", "check_address", "post"]
