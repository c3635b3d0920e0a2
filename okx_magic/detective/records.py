"""What goes into an investigation and what comes out of it: frozen, plain, free of secrets."""

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
    ``ruled_out`` what was looked for and is not there, in words.
    """

    kind: Kind
    explanations: tuple[Explanation, ...] = ()
    tried: int = 0
    remark: str = ""
    ruled_out: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The finding as a person reads it; the first line says the most."""
        remark = (f"  but     {self.remark}",) if self.remark else ()
        if self.kind == "right":
            headline, *left = _RIGHT
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
    """Two prehashes: that of a request, ``mine``, and ``theirs``, which was signed.

    ``byte`` is the first differing byte, from 1, None where there is none; ``part`` the part of mine
    that it lies in ("end" behind the body, "" if mine has no such parts); ``found`` tells the two
    characters, by name if they cannot be seen; ``view`` is both texts around it, a line each, and a
    third that marks it. ``explanations`` name mistakes that make theirs of mine. ``time_skipped`` says
    that the two were of different times, and theirs is shown at the time of mine.
    """

    mine: str
    theirs: str
    byte: int | None = None
    part: str = ""
    found: str = ""
    view: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    time_skipped: bool = False

    def lines(self) -> tuple[str, ...]:
        """The finding as a person reads it; the first line says the most."""
        told = "  but     the times differ, as they must: theirs is read at the time of mine"
        time = (told,) if self.time_skipped else ()
        if self.byte is None:
            size = len(self.mine.encode("utf-8", "surrogatepass"))
            return (
                f"both are the same {size} bytes",
                "  leaves  if the signatures differ, so do the secret, the digest or its encoding",
                *time,
            )
        where = {"": "", "end": ", behind the end of mine"}.get(self.part, f", in the {self.part}")
        labels = ("  mine    ", "  theirs  ", "          ")
        lines = [f"they differ from byte {self.byte} on{where}: {self.found}"]
        lines += [label + line for label, line in zip(labels, self.view, strict=True)]
        for explanation in self.explanations:
            lines += [explanation.sentence, f"  instead {explanation.correction}"]
        return (*lines, *time)
