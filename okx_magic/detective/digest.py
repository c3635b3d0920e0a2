"""Other digests than HMAC-SHA256 of the prehash under the secret, in words.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.changes import COSTS, Mistake, table
from okx_magic.credentials.macs import RIGHT, Scheme, digest_size

if TYPE_CHECKING:
    from collections.abc import Iterator


class Named(NamedTuple):
    """A wrong scheme and the mistake that it is."""

    scheme: Scheme
    mistake: Mistake


def schemes(sizes: set[int]) -> Iterator[Named]:
    """The wrong schemes whose digests have one of these sizes in bytes."""
    for least, hash_name, title in table()["hashes"]:
        for usual, construction, words in table()["constructions"]:
            scheme = Scheme(construction, hash_name)
            if scheme != RIGHT and digest_size(hash_name) in sizes:
                cost = max(COSTS[least], COSTS[usual])
                yield Named(scheme, Mistake.of(words.format(title), "digest", cost))
