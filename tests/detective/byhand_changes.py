"""The changes that happen to any text, by hand: for each part, the whole and the secret alike."""

from __future__ import annotations

import base64
import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus

from byhand import Signing, known, pattern, register
from byhand_parts import moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

PARTS = {
    "the timestamp": "timestamp",
    "the method": "method",
    "the path": "path",
    "the query": "query",
    "the body": "body",
    "the prehash": "whole",
    "the secret": "secret",
}
ENDS = {
    "a line break": b"\n",
    "a Windows line break (CR LF)": b"\r\n",
    "a carriage return": b"\r",
    "a blank": b" ",
    "a backslash and an n": rb"\n",
    "a semicolon": b";",
    "a blank and a line break": b" \n",
    "two line breaks": b"\n\n",
    "a blank and a dash": b" -",
    "a byte order mark": b"\xef\xbb\xbf",
    "a zero-width space": b"\xe2\x80\x8b",
}
STARTS = {
    **ENDS,
    "-n and a blank, as an echo prints that does not know it,": b"-n ",
    "-n and a blank": b"-n ",
    "-e and a blank": b"-e ",
    **{
        f"{name}=": f"{name}=".encode()
        for name in ("secret", "secretKey", "secret_key", "apiSecret", "api_secret")
    },
    "API_SECRET_KEY=": b"API_SECRET_KEY=",
}
OTHERS: dict[str, Callable[[bytes], bytes]] = {
    "{} in double quotes": lambda text: b'"%s"' % text,
    "{} in single quotes": lambda text: b"'%s'" % text,
    "{} in braces": lambda text: b"{%s}" % text,
    "{} in parentheses": lambda text: b"(%s)" % text,
    "{} in square brackets": lambda text: b"[%s]" % text,
    "{} in backticks": lambda text: b"`%s`" % text,
    "{} in typographic quotes": lambda text: f"“{text.decode()}”".encode(),
    "{} in escaped quotes": lambda text: b'\\"%s\\"' % text,
    "{} twice": lambda text: text + text,
    "{} escaped for HTML": lambda text: html.escape(text.decode()).encode(),
    "{} percent-decoded": lambda text: unquote_plus(text.decode()).encode(),
    "{} as encodeURI writes it": lambda text: quote(text, safe="!#$&'()*+,/:;=?@~").encode(),
    "{} as encodeURIComponent writes it": lambda text: quote(text, safe="!'()*~").encode(),
    "{} as big-endian UTF-16": lambda text: text.decode().encode("utf-16-be"),
    "{} in the encoding utf-16-be": lambda text: text.decode().encode("utf-16-be"),
    "{} in the encoding latin-1": lambda text: text.decode().encode("latin-1", "replace"),
    "{} in the encoding gb18030": lambda text: text.decode().encode("gb18030"),
    "{} with only the low byte of each character, as Node's latin1 keeps it,": lambda text: bytes(
        ord(each) % 256 for each in text.decode()
    ),
    "{} as the list of its bytes, as Go prints []byte,": lambda text: (
        str(list(text)).replace(",", "").encode()
    ),
    "{} as a JSON string of its Base64, as Go marshals []byte,": lambda text: json.dumps(
        base64.b64encode(text).decode()
    ).encode(),
    "{} with its line breaks as backslash and n": lambda text: text.replace(b"\n", b"\\n"),
    "{} with the letter O for each 0": lambda text: text.replace(b"0", b"O"),
    "{} with a 0 for each letter O": lambda text: text.replace(b"O", b"0"),
    "{} with a small l for each 1": lambda text: text.replace(b"1", b"l"),
    "{} with a capital I for each 1": lambda text: text.replace(b"1", b"I"),
    "{} with a 1 for each small l and capital I": lambda text: re.sub(b"[lI]", b"1", text),
}


def _on(part: str, change: Callable[[bytes], bytes]) -> Callable[[Signing], None]:
    def apply(signing: Signing) -> None:
        if part == "whole":
            signing.whole = change
        # Nothing stands around a query that is not there.
        elif part != "query" or signing.query:
            setattr(signing, part, change(getattr(signing, part)))

    return apply


def _behind(text: bytes) -> Callable[[bytes], bytes]:
    return lambda plain: plain + text


def _before(text: bytes) -> Callable[[bytes], bytes]:
    return lambda plain: text + plain


# What the detective looks for at each part; the others are not in its table.
LOOKED_FOR = {
    "timestamp": "a Windows line break \\(CR LF\\) behind|a blank before|a byte order mark before",
    "method": "a line break behind|{} in single quotes",
    "path": "{} twice|a zero-width space b.*",
    "query": "a line break behind|a blank behind|{} in double quotes",
    "body": "a Windows line break \\(CR LF\\) behind|a backslash and an n behind|a blank behind"
    "|a semicolon behind|a line break before|.*[]]byte,|{} as encodeURI writes it|{} in braces"
    "|{} in escaped quotes|{} in parentheses|.*backslash and n|.*latin1.*|.*utf-16-be",
    "whole": "-e and a blank.*|-n and a blank, as.*|a backslash and an n behind|a blank and a.* behind"
    "|a carriage return behind|a semicolon behind|two line breaks behind|.*big-endian.*"
    "|.*encodeURI.*|.*as Go prints.*|.*HTML|.*brackets|.*backticks|.*typographic.*|.*percent-dec.*"
    "|.*latin.*|.*gb18030",
    "secret": "-n and a blank before|.*= before|.*as Go prints.*|.*for each.*",
}
for _subject, _part in PARTS.items():
    _rows = {f"{noun} behind": _behind(text) for noun, text in ENDS.items()}
    _rows |= {f"{noun} before": _before(text) for noun, text in STARTS.items()}
    for _name, _change in (_rows | OTHERS).items():
        if not re.fullmatch(LOOKED_FOR[_part], _name):
            continue
        _told = _name.format(_subject) if "{}" in _name else f"{_name} {_subject}"
        if _part == "whole":
            _told = _told.replace(" behind the", " at the end of the")
        if not known(_told):
            register(_told, _part, _on(_part, _change))


# ---- times ----------------------------------------------------------------------------------------

# 2020-12-08T21:43:57.715Z, a Tuesday: what stands where in the name's example.
IN_EXAMPLE: dict[str, Callable[[datetime], str]] = {
    "Tuesday": lambda at: f"{at:%A}",
    "Tue": lambda at: f"{at:%a}",
    "Dec": lambda at: f"{at:%b}",
    "2020": lambda at: f"{at:%Y}",
    "715000000": lambda at: f"{at:%f}000",
    "7150000": lambda at: f"{at:%f}0",
    "715000": lambda at: f"{at:%f}",
    "715": lambda at: f"{at:%f}"[:3],
    "343": lambda at: f"{at:%j}",
    "W50": lambda at: f"W{at:%V}",
    "PM": lambda at: f"{at:%p}",
    "21": lambda at: f"{at:%H}",
    "09": lambda at: f"{at:%I}",
    "43": lambda at: f"{at:%M}",
    "57": lambda at: f"{at:%S}",
    "12": lambda at: f"{at:%m}",
    "08": lambda at: f"{at:%d}",
    "20": lambda at: f"{at:%y}",
    "71": lambda at: f"{at:%f}"[:2],
    "9": lambda at: f"{at:%I}".lstrip("0"),
    "(?<=[a-z] ) 8": lambda at: f"{at.day:2d}",
    "8": lambda at: str(at.day),
    "7": lambda at: f"{at:%f}"[:1],
    "2(?=T)": lambda at: f"{at:%u}",
}
_EXAMPLE = re.compile("|".join(f"({text})" for text in IN_EXAMPLE))
SOME_SHAPES = (
    *("2020-12-08 21:43:57.715 +0000", "2020/12/08 21:43:57.715", "08.12.2020T21:43:57.715"),
    *("12/08/2020 21:43:57", "20-12-08T21:43:57.715Z", "2020-43-08T21:12:57.715Z"),
    *("Tue, 08 Dec 2020 21:43:57 +0000", "Tuesday, 08-Dec-20 21:43:57 UTC"),
    *("Tue Dec 08 21:43:57 +0000 2020", "2020-12-08T21:43:57.715Z[UTC]", "20201208214357.715"),
    *("12/8/2020, 9:43:57 PM", "2020-12-08 21:43:57.715000", "08 Dec 20 21:43 UTC"),
    *("2020-12-08T21:43:57.715, zeros at its end left off", "2020-12-08T21:43:57:715"),
    *("Dec  8 21:43:57", "2020-W50-2T21:43:57.715Z", "2020-343T21:43:57.715Z"),
)


@pattern(
    r"the timestamp written as (?P<shape>.+)",
    "timestamp",
    lambda sent: [
        f"the timestamp written as {shape}" for shape in SOME_SHAPES if not sent.timestamp.isdigit()
    ],
)
def _shaped(signing: Signing, shape: str) -> None:
    at = moment(signing.sent)
    shape, _, how = shape.partition(", zeros at") if "zeros" in shape else (shape, "", "")
    shape, _, unfilled = shape.partition(", its fraction")
    fraction = f"{at:%f}"
    if how:
        shape = shape.replace("715", "\0")
    elif unfilled:
        shape = shape.replace("715", "\1")
    if re.search(r"(?<!\d)8(?!\d)", shape):  # without zeros before: month and day alike
        shape = re.sub(r"(?<!\d)12(?=[/-])", "\2", shape)
    changes = list(IN_EXAMPLE.values())
    text = _EXAMPLE.sub(lambda found: changes[(found.lastindex or 1) - 1](at), shape)
    text = text.replace("\0", fraction.rstrip("0") or "0").replace("\1", str(int(fraction[:3])))
    signing.timestamp = text.replace("\2", str(at.month)).encode()


HOURS = {
    "CST": 8,
    "HKT": 8,
    "+08": 8,
    "JST": 9,
    "EST": -5,
    "CDT": -5,
    "EDT": -4,
    "CET": 1,
    "BST": 1,
    "CEST": 2,
    "EET": 2,
    "PST": -8,
    "PDT": -7,
    "MST": -7,
}


@pattern(
    r"the timestamp in local time, written as (?P<shape>.+)",
    "timestamp",
    lambda _: [
        f"the timestamp in local time, written as {shape}"
        for shape in (
            *("2020-12-09 05:43:57.715 +0800", "2020-12-09 05:43:57.715 +0800 CST"),
            *("2020-12-09T05:43:57.715000+08:00", "2020-12-08 16:43:57 EST"),
            "Wed, 09 Dec 2020 05:43:57 +0800",
        )
    ],
)
def _local(signing: Signing, shape: str) -> None:
    name = re.search(r"([A-Z]{3,4})(?: \d{4})?$", shape)
    offset = re.search(r"(?<=[\d T])([+-])(\d\d):?(\d\d)?(?: \S+)?$", shape)
    if offset := offset or re.search(r"(?<=GMT)([+-])(\d\d)(\d\d)$", shape):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        ahead = -ahead if offset[1] == "-" else ahead
    else:
        ahead = timedelta(hours=HOURS[name[1]] if name else 8)
    at = moment(signing.sent) + ahead
    if form := re.fullmatch(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d+)?(\D.*)", shape):
        fraction = f".{at:%f}"[: len(form[2])] if form[2] else ""
        text = f"{at:%Y-%m-%d}{form[1]}{at:%H:%M:%S}{fraction}{form[3]}"
    elif "," in shape:
        text = f"{at:%a, %d %b %Y %H:%M:%S} {shape.rsplit(maxsplit=1)[-1]}"
    elif "GMT" in shape:
        text = f"{at:%a %b %d %Y %H:%M:%S} {shape.rsplit(maxsplit=1)[-1]}"
    else:
        text = f"{at:%a %b} {at.day:2d} {at:%H:%M:%S} {shape.split()[-2]} {at:%Y}"
    signing.timestamp = text.encode()
