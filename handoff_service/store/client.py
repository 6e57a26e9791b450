"""The type of the Redis client (redis.asyncio.Redis with decode_responses=True), which app.py makes."""

from typing import Any

# redis-py's own annotations say `bytes | str` everywhere, whatever decode_responses is; checked by the tests instead.
type Client = Any
