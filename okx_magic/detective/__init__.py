"""Names the mistake behind a signature that OKX refused, whoever made it.

    Evidence ─► wrapping ─► search ─► investigation ─► Verdict
                            (ways: timestamp, method, path, query, body, joining;
                             digest, sweeps, damage)

Strategy: the signature is computed afresh under every mistake that people make, then under every
pair and every triple, until one gives the same bytes. An HMAC does not collide, so a match is a
proof of what was signed; what remains is to name it so that a person can put it right.
"""

from okx_magic.detective.comparison import compare
from okx_magic.detective.investigation import investigate
from okx_magic.detective.records import Comparison, Evidence, Explanation, Verdict

__all__ = ["Comparison", "Evidence", "Explanation", "Verdict", "compare", "investigate"]
