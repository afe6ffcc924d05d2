"""Posts to endpoints that tenants have chosen, and that are not trusted."""

from ._network import AddressRefused, check_address
from ._post import NotDelivered, post

__all__ = ["AddressRefused", "NotDelivered", "check_address", "post"]
