"""What goes into an investigation and what comes out of it: frozen, plain, free of secrets.

Tested in ``tests/detective/test_evidence.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["right", "explained", "unexplained"]

_RIGHT = (
    "the signature is right for these inputs",
    (
        "  leaves  the bytes changed after they were signed: the HTTP library wrote the query or the"
        " body afresh, a proxy or a redirect touched them, or other bytes were sent than these"
    ),
    "  or      the secret belongs to another key than the one that was sent with it",
)
_NEVER = (
    "  never   50113 is not about the passphrase (50105), an unknown key (50111, 50119) or the clock"
    " (50102, 50112)"
)

_PREHASH = (
    "  is      timestamp, method, path with its query, and body, with nothing between them:"
    " 2020-12-08T09:08:57.715ZGET/api/v5/account/balance?ccy=BTC"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signature, and the request that it was sent with.

    ``signature`` is the text of ``OK-ACCESS-SIGN``, ``timestamp`` that of ``OK-ACCESS-TIMESTAMP``;
    ``method``, ``target`` and ``body`` are those of the request as it travelled. ``host`` is the
    host it went to, as in a URL ("" where it is not known).
    """

    signature: str
    timestamp: str
    method: str
    target: str
    body: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Mistakes that together give exactly the signature in question.

    ``sentence`` tells them ("signed with the body left out"), ``correction`` says what to do instead.
    ``mistakes`` are their names, one for each; ``also`` are names of further mistakes that would
    have given the same bytes for this request.
    """

    sentence: str
    correction: str
    mistakes: tuple[str, ...]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an investigation found.

    ``right``: the signature is that of the inputs. ``explained``: each of the ``explanations`` gives
    this signature, all with the same, smallest number of mistakes, the likeliest first.
    ``unexplained``: nothing that was tried gives it. ``tried`` counts the signatures computed.
    ``remark`` tells what OKX would refuse whatever the signature: a timestamp that it cannot read;
    ``refused`` says that this is certain, so that no other cause is looked for. ``ruled_out`` is what was
    looked for and is not there, in words.
    """

    kind: Kind
    explanations: tuple[Explanation, ...] = ()
    tried: int = 0
    remark: str = ""
    ruled_out: tuple[str, ...] = ()
    refused: bool = False

    def lines(self) -> tuple[str, ...]:
        """The finding as a person reads it; the first line says the most."""
        remark = (f"  but     {self.remark}",) if self.remark else ()
        if self.kind == "right":
            headline, *left = _RIGHT
            if self.refused:
                return (headline, *remark)
            return (headline, *remark, *left, _NEVER)
        if self.kind == "unexplained":
            return (
                f"no explanation found: each of {self.tried:,} ways to sign gives another signature",
                (
                    "  leaves  the secret is another key's, the inputs are not those that were signed,"
                    " or the mistake is not in the catalogue"
                ),
                f"  tried   {', '.join(self.ruled_out)}",
                (
                    "  bring   the headers as they were sent, or the prehash as your program prints it"
                    " just before it signs: %%okx_debug --compare then shows the first byte that differs"
                ),
                *remark,
                _NEVER,
            )
        told: list[str] = []
        for explanation in self.explanations:
            told += [explanation.sentence, f"  instead {explanation.correction}"]
        if len(self.explanations) > 1:
            told.insert(0, f"{len(self.explanations)} explanations fit, each gives this signature")
        return (*told, *remark)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two prehashes, ``first`` and ``second``. The one at ``fault``, "first" or "second", is taken for
    the one that was signed by mistake; ``sure`` says that this can be told by the two texts.

    ``byte`` is the first differing byte, from 1, None where there is none; ``part`` the part of the right
    one that it lies in ("end" behind the body, "" if it has no such parts); ``found`` tells the two
    characters, by name if they cannot be seen; ``view`` is both texts around it, a line each, and a
    third that marks it. ``explanations`` name mistakes that make the one at fault of the other.
    ``time_skipped`` says that the two were of different times, which is passed over; ``no_prehash`` that
    the one at fault has not the parts of a prehash.
    """

    first: str
    second: str
    fault: str = "second"
    sure: bool = False
    byte: int | None = None
    part: str = ""
    found: str = ""
    view: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    time_skipped: bool = False
    no_prehash: bool = False

    def lines(self) -> tuple[str, ...]:
        """The finding as a person reads it; the first line says the most."""
        told = "  but     the times differ, as they must: that is passed over"
        time = (told,) if self.time_skipped else ()
        right = "first" if self.fault == "second" else "second"
        if self.byte is None:
            size = len(self.first.encode("utf-8", "surrogatepass"))
            return (
                f"both are the same {size} bytes",
                "  leaves  if the signatures differ, so do the secret, the digest or its encoding",
                *time,
            )
        if self.no_prehash and not self.explanations:
            return (f"the {self.fault} is not a prehash", _PREHASH)
        where = {"": "", "end": f", behind the end of the {right}"}.get(
            self.part, f", in the {self.part}"
        )
        labels = ("  first   ", "  second  ", "          ")
        lines = [f"they differ from byte {self.byte} on{where}: {self.found}"]
        lines += [label + line for label, line in zip(labels, self.view, strict=True)]
        for explanation in self.explanations:
            lines += [f"the {self.fault} was {explanation.sentence}"]
            lines += [f"  instead {explanation.correction}"]
        if self.explanations and not self.sure:
            lines += [f"  if      the {self.fault} is the right one, put it first"]
        return (*lines, *time)
