"""What an OKX code means, as ``%okx_explain`` shows it."""

from __future__ import annotations

import difflib

from okx_magic import catalogue


def explain(code: str) -> tuple[str, ...]:
    """Lines on a code: meaning, what to do, the documented text and status, and an answer as seen.

    An unknown code gives its nearest neighbours.
    """
    known = catalogue.explain(code)
    if known is None:
        near = difflib.get_close_matches(code, catalogue.codes(), n=3, cutoff=0.6)
        hint = f" · near it: {', '.join(near)}" if near else ""
        return (f"{code} is not in the table of OKX's codes{hint}",)
    lines = [f"{code} · {known.group} · {known.msg or 'no documented text'}"]
    lines.append(f"  means   {known.meaning or known.msg or 'nothing that the docs tell'}")
    if known.remedy:
        lines.append(f"  try     {known.remedy}")
    if known.status:
        lines.append(f"  HTTP    {known.status}")
    if known.group != "ok":
        lines.append(f"  again?  {_again(known)}")
    if known.seen:
        lines.append(f"  seen    {known.seen}")
    return tuple(lines)


def _again(known: catalogue.Code) -> str:
    if known.retryable:
        return "a GET may be sent again; look up first what became of a POST"
    return "the same request will fail again"
