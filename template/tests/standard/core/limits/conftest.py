from tests.support.valkey import valkey, valkey_url

__all__ = ["valkey", "valkey_url"]
