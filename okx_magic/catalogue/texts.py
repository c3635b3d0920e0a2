"""The catalogue as text: an endpoint on one card, a code explained."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.catalogue.answer_columns import column, column_spelled
from okx_magic.catalogue.code_search import search_codes
from okx_magic.catalogue.parameter_rules import (
    named_parameter,
    parameter_advice,
    parameter_rule,
    parameter_rules,
    parameter_spelled,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.catalogue import Effect, Endpoint, Limit, Param

# Values that a first try of any endpoint can use. Any other value is the person's own, so the example
# has a variable there.
_EXAMPLES = {
    "instId": "BTC-USDT",
    "instFamily": "BTC-USD",
    "uly": "BTC-USD",
    "ccy": "USDT",
    "baseCcy": "BTC",
    "quoteCcy": "USDT",
    "fromCcy": "USDT",
    "toCcy": "BTC",
    "sz": "100",
    "amt": "1",
    "lever": "3",
}
_SWAP = "BTC-USDT-SWAP"
_VALUES_SHOWN = 8
_WORD = re.compile(r"\w+")
_JOINING = ("or", "and", "in", "small", "letters", "capitals")
_CODES_SHOWN = 4
_EFFECTS: Mapping[Effect, str] = {
    "order": "trades: moves money",
    "amend": "changes an open order: moves money",
    "cancel": "cancels what is not filled yet",
    "undo": "takes back or halts what is not carried out yet",
    "setting": "changes how the account trades",
    "transfer": "transfers: moves money",
    "withdraw": "withdraws: moves money out of OKX",
    "subaccount": "manages sub-accounts",
    "key": "manages API keys",
    "loan": "borrows or repays: moves money",
    "earn": "subscribes to or redeems from Earn: moves money",
}
_STATUS = {
    "newer_than_docs_copy": "newer than the catalogue's docs: its parameters may be incomplete",
    "broker_docs": "for brokers",
    "agent_kit_only": "undocumented, known from OKX's own tools",
    "retired_or_undocumented": "retired or undocumented: OKX may refuse it",
}


def card(endpoint: Endpoint) -> tuple[str, ...]:
    """The lines of an endpoint's card: what it takes, how often it may be asked, and a cell to paste."""
    access = "private" if endpoint.private else "public"
    lines = [f"{endpoint.method} {endpoint.path} · {endpoint.title}"]
    facts = [access]
    if endpoint.permission:
        facts.append(f"permission {endpoint.permission}")
    facts.append(_limit(endpoint.limit))
    if endpoint.effect != "read":
        facts.append(_EFFECTS[endpoint.effect])
    lines.append("  " + " · ".join(facts))
    if endpoint.status in _STATUS:
        lines.append(f"  {_STATUS[endpoint.status]}")
    if endpoint.array_body:
        most = f", at most {endpoint.array_max}" if endpoint.array_max else ""
        lines.append(f"  the body is an array of objects{most}")
    lines += _parameters(endpoint)
    if endpoint.paging:
        lines.append(f"  paging  {_paging(endpoint)}")
    return (*lines, "", "%%okx", *example(endpoint), *_preparation(endpoint))


def _preparation(endpoint: Endpoint) -> Iterator[str]:
    """What the sandbox needs before: as comments, so that whoever pastes it all sends the one request."""
    if first := catalogue.preparations().get((endpoint.method, endpoint.path)):
        yield from ("", "# to try it on the sandbox, run this cell first:", "# %%okx")
        yield from (f"# {line}" for line in first)


def example(endpoint: Endpoint) -> tuple[str, ...]:
    """The lines of a cell that uses the endpoint: of ``data/examples.txt``, or a request with every
    required parameter. It parses and passes the check.
    """
    written = catalogue.examples().get((endpoint.method, endpoint.path))
    if written:
        return written
    firsts = {names[0] for names in endpoint.one_of}
    needed = (each for each in endpoint.params if each.required == "yes" or each.name in firsts)
    values = [(param, _value(param, endpoint)) for param in needed]
    request = f"{endpoint.method} {endpoint.path}"
    if endpoint.method == "GET":
        pairs = [f"{param.name}={value}" for param, value in values]
        query = "?" + "&".join(pairs) if pairs else ""
        return (request + query,)
    members = ", ".join(f'"{param.name}": {_json(param, value)}' for param, value in values)
    body = f"{{{members}}}"
    return (request, f"[{body}]" if endpoint.array_body else body)


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return "limit not documented"
    scope = f" per {limit.scope}" if limit.scope else ""
    unit = limit.unit.removesuffix("s") if limit.requests == 1 else limit.unit
    return f"{limit.requests} {unit} in {limit.seconds:g} s{scope}"


def _parameters(endpoint: Endpoint) -> Iterator[str]:
    if not endpoint.params:
        yield "  no parameters"
        return
    width = max(len(param.name) for param in endpoint.params)
    for param in endpoint.params:
        required = {"yes": "required", "no": "optional", "conditional": "depends"}[param.required]
        about = " · ".join(filter(None, (_values(param), _known_of(param, endpoint))))
        yield f"  {param.name:<{width}}  {required}  {param.type:<8}  {about}".rstrip()


def _known_of(param: Param, endpoint: Endpoint) -> str:
    """What is known of a parameter by its name; of one that depends, when it is needed."""
    rule = parameter_rule(param, endpoint)
    if rule is None or param.fields:
        return ""
    when = rule.needed if param.required == "conditional" else ""
    # "cross or isolated" says nothing that the list of values does not.
    says_more = not param.values or set(_WORD.findall(rule.takes)) - {*param.values, *_JOINING}
    return "; ".join(filter(None, (rule.takes if says_more else "", when)))


def _values(param: Param) -> str:
    if param.fields:
        return "of " + ", ".join(field.name for field in param.fields)
    more = len(param.values) - _VALUES_SHOWN
    shown = ", ".join(param.values[:_VALUES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _paging(endpoint: Endpoint) -> str:
    paging = endpoint.paging or {}
    parts = [paging["style"]]
    if "limit_max" in paging:
        parts.append(f"at most {paging['limit_max']} rows a request")
    if "limit_default" in paging:
        parts.append(f"{paging['limit_default']} if limit is left out")
    return " · ".join(parts)


def _value(param: Param, endpoint: Endpoint) -> str:
    if param.name == "instId" and not _takes_spot(endpoint):
        return _SWAP
    if "SPOT" in param.values:
        return "SPOT"
    if param.values:
        return param.values[0]
    return _EXAMPLES.get(param.name) or f"{{{{ {param.name} }}}}"


def _takes_spot(endpoint: Endpoint) -> bool:
    types = next((param.values for param in endpoint.params if param.name == "instType"), ())
    return not types or "SPOT" in types


def _json(param: Param, value: str) -> str:
    if param.type == "boolean":
        return "true"
    # A list or an object cannot be in quotes.
    if value.startswith("{{") and param.type not in ("string", "integer"):
        return value
    return json.dumps([value] if param.type.startswith("array") else value)


def explain(code: str) -> tuple[str, ...]:
    """Lines on a code: meaning, what to do, the documented text and status, and an answer as seen.

    A text, such as "Invalid Sign", gives the code that OKX says it with, and up to three others. An
    unknown code gives its nearest neighbours. A sub-code after the code is explained with it: "51008
    1002". A parameter after the code, or in the text, as OKX names it in a refusal, is explained too:
    "51000 posSide", "Parameter posSide error".
    """
    if _is_name(name := parameter_spelled(code) or column_spelled(code)):
        return _name_card(name)
    first, _, rest = code.partition(" ")
    # A sub-code after its code, as OKX gives it beside that, or as its docs join them.
    finer = catalogue.explain(f"{first}_{rest.strip()}")
    known = finer or catalogue.explain(first)
    if known is not None:
        return _code_card(known, "" if finer or rest.isdecimal() else named_parameter(rest) or rest)
    if not code.isdecimal() and (found := search_codes(code)):
        others = [f"  or      {each.code} {each.msg}" for each in found[1:_CODES_SHOWN]]
        return (*_code_card(found[0], named_parameter(code)), *others)
    near = difflib.get_close_matches(code, catalogue.codes(), n=3, cutoff=0.75)
    hint = f" · near it: {', '.join(near)}" if near else ""
    return (f"{code} is not in the table of OKX's codes{hint}",)


def _is_name(name: str) -> bool:
    """Whether a word is a name of OKX's, and not by chance one: "timestamp" is in texts of codes, too."""
    noted = parameter_rules().get(name) or ((known := column(name)) and known.what)
    return bool(name and (noted or not name.islower()))


def _name_card(name: str) -> tuple[str, ...]:
    """What a name of a request or of an answer stands for, and where it is used."""
    takers = [each for each in catalogue.endpoints().values() if _takes(each, name)]
    lines = [name]
    if takers:
        advice = parameter_advice(name) or (f"{takers[0].method} {takers[0].path} takes it",)
        lines += [f"  {'' if number else 'takes':<7} {line}" for number, line in enumerate(advice)]
    if answer := column(name):
        lines.append(f"  answers {answer.line()}")
    lines.append(f"  more    %okx_find {name} lists the endpoints that have it")
    return tuple(lines)


def _takes(endpoint: Endpoint, name: str) -> bool:
    return any(
        name == param.name or any(name == field.name for field in param.fields)
        for param in endpoint.params
    )


def _code_card(known: catalogue.Code, parameter: str) -> tuple[str, ...]:
    lines = [f"{known.code} · {known.group} · {known.msg or 'no documented text'}"]
    lines.append(f"  means   {known.meaning or known.msg or 'the docs do not say'}")
    if known.remedy:
        lines.append(f"  try     {known.remedy}")
    if parameter:
        advice = parameter_advice(parameter) or (f"{parameter} is in no endpoint of the catalogue",)
        lines += [f"  {'' if number else 'takes':<7} {line}" for number, line in enumerate(advice)]
    if finer := _sub_codes(known.code):
        lines.append(f"  sub     {', '.join(finer)}: %okx_explain {known.code} {finer[0]}")
    if known.status:
        lines.append(f"  HTTP    {known.status}")
    if known.group != "ok":
        lines.append(f"  again?  {_again(known)}")
    if known.seen:
        lines.append(f"  seen    {known.seen}")
    return tuple(lines)


def _sub_codes(code: str) -> list[str]:
    """The sub-codes that tell apart why OKX refuses with a code."""
    return [
        each.removeprefix(f"{code}_") for each in catalogue.codes() if each.startswith(f"{code}_")
    ]


def _again(known: catalogue.Code) -> str:
    if known.retryable:
        return "you can send a GET again; before you send a POST again, look up what became of it"
    return "the same request will fail again"
