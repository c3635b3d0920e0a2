"""Names the mistake behind a signature that OKX refused, whoever made it.

    Evidence ─► wrapping ─► search ─► investigation ─► Verdict
                            (ways: timestamp, line, query, body, joining; digest)

Strategy: mistakes are rows of one table, ``credentials/changes.json``, each with how usual it is. They
compose inside a part, in the stages in which it is made, and across parts. The signature is computed
afresh under each, then under several, the most usual together first, until one gives the same bytes.
An HMAC does not collide, so a match is a proof of what was signed; what remains is to name it so that a
person can put it right.
"""

from okx_magic.detective.comparison import compare
from okx_magic.detective.investigation import investigate
from okx_magic.detective.records import Comparison, Evidence, Explanation, Verdict

__all__ = ["Comparison", "Evidence", "Explanation", "Verdict", "compare", "investigate"]
