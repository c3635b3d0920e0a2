"""What ``{{ expr }}`` gives to %okx_debug --check: the very text; of a dict what can be sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.commands.given import body_forms, is_variable
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

T = "2024-05-06T07:08:09.010Z"
PATH = "/api/v5/trade/order"
ORDER = {"instId": "BTC-USDT", "sz": "1", "tag": "ü"}
PRINTED = json.dumps(ORDER)
COMPACT = json.dumps(ORDER, separators=(",", ":"), ensure_ascii=False)
CHECK = "%%okx_debug --check {{ B[0] }} --timestamp {{ B[1] }}\n"
IS_RIGHT = "the signature is right for these inputs"


class Checked:
    """A notebook in which B is the signature of a request made elsewhere, and its timestamp."""

    def __init__(self, notebook: Notebook, secret: str) -> None:
        self._notebook = notebook
        self._secret = secret

    def signed(self, body: str, target: str = PATH, method: str = "POST", **names: Any) -> None:
        """Signs, and puts names into the notebook."""
        text = f"{T}{method}{target}{body}"
        digest = hmac.new(self._secret.encode(), text.encode(), hashlib.sha256).digest()
        self._notebook.shell.user_ns |= {"B": (base64.b64encode(digest).decode(), T), **names}

    def says(self, cell: str, line: str = CHECK) -> str:
        """What the check says of a cell."""
        said = self._notebook.run(line + cell)
        assert self._notebook.error is None
        return said

    def refuses(self, cell: str, line: str = CHECK) -> str:
        """The error of a cell."""
        self._notebook.run(line + cell)
        assert isinstance(self._notebook.error, CellError)
        return str(self._notebook.error)


@pytest.fixture
def checked(notebook: Notebook, elsewhere: Sandbox) -> Checked:
    notebook.run("%okx_login demo")
    return Checked(notebook, elsewhere.demo.secret)


@pytest.mark.parametrize("text", [PRINTED, COMPACT, f"{PRINTED}\n", "a=1&b=2", "", "{{ s }}"])
@pytest.mark.parametrize("kind", [str, str.encode])
def test_a_text_is_the_body_to_the_last_byte(checked: Checked, text: str, kind: Any) -> None:
    """A str or bytes from ``{{ }}`` alone is what was signed: neither the braces nor new JSON."""
    checked.signed(text, s=kind(text) if kind is str.encode else text)
    said = checked.says(f"POST {PATH}\n{{{{ s }}}}")
    assert IS_RIGHT in said
    size = len(text.encode())
    assert (f"read    body {size} bytes" if size else "read    body none") in said


@pytest.mark.parametrize(
    "cell",
    [
        f"POST {PATH}\nbody\n{{{{ s }}}}",
        f"POST {PATH}\n\n  {{{{ s }}}}  \n# sent so",
        f"curl -X POST https://www.okx.com{PATH} -d '{{{{ s }}}}'",
        f"OK-ACCESS-PASSPHRASE: {{{{ p }}}}\nPOST {PATH}\n{{{{ s }}}}",
        f"POST {PATH} HTTP/1.1\nContent-Type: text/plain\n\n{{{{ s }}}}",
    ],
)
def test_however_the_request_is_written_around_it(checked: Checked, cell: str) -> None:
    """In a curl command, behind the word body, between headers and comments."""
    checked.signed(f" {PRINTED}\n", s=f" {PRINTED}\n")
    assert IS_RIGHT in checked.says(cell)


def test_a_passphrase_in_an_expression_is_refused(checked: Checked) -> None:
    """Control: a name is passed over, a text in quotes is saved with the notebook."""
    checked.signed("")
    cell = f"OK-ACCESS-PASSPHRASE: {{{{ 'Pass-phrase1' }}}}\nGET {PATH}"
    assert "holds" in checked.refuses(cell)


def test_another_text_is_told_from_the_one_that_was_signed(checked: Checked) -> None:
    """Control: signed with blanks and sent without is a mistake, however the text was given."""
    checked.signed(PRINTED, s=COMPACT)
    assert "signed with the body as JSON with blanks" in checked.says(f"POST {PATH}\n{{{{ s }}}}")


@pytest.mark.parametrize(
    "cell",
    [
        f"POST {PATH}\n{{{{ nonexist }}}}",
        f"GET {PATH}\n{{{{ nonexist }}}}",
        f'POST {PATH}\n{{"sz": {{{{ nonexist }}}}}}',
        f"GET {PATH}?ccy={{{{ nonexist }}}}",
        f"GET {PATH}?ccy={{{{nonexist}}}}",
        "GET {{ nonexist }}",
        "{{ nonexist }}",
    ],
)
def test_an_unknown_name_is_an_error(checked: Checked, cell: str) -> None:
    """In body, target and the whole cell, with the line; and nothing is read in its place."""
    checked.signed("")
    said = checked.refuses(cell)
    assert "{{ nonexist }}: NameError" in said
    assert f"line {1 + cell[: cell.index('{{')].count(chr(10))}" in said


@pytest.mark.parametrize(
    "option", ["--check {{ no }} --timestamp T", "--check T --timestamp {{ no }}"]
)
def test_an_unknown_name_of_an_option_is_an_error(checked: Checked, option: str) -> None:
    """As in the cell."""
    assert "{{ no }}: NameError" in checked.refuses(f"GET {PATH}", f"%%okx_debug {option}\n")
    header = f"OK-ACCESS-TIMESTAMP: {{{{ no }}}}\nGET {PATH}"
    assert "{{ no }}: NameError" in checked.refuses(header, "%%okx_debug --check T\n")


def test_all_that_was_sent_is_taken_from_python(checked: Checked) -> None:
    """Headers, the target and the whole prehash by their expressions; bytes are texts there, too."""
    checked.signed(
        "", "/api/v5/account/balance?ccy=BTC,ETH", "GET", path="/api/v5/account/balance?ccy=BTC,ETH"
    )
    assert IS_RIGHT in checked.says("GET {{ path }}\n{{ None }}")
    headers = "OK-ACCESS-SIGN: {{ B[0].encode() }}\nOK-ACCESS-TIMESTAMP: {{ B[1] }}\n"
    assert IS_RIGHT in checked.says(f"{headers}GET {{{{ path }}}}", "%%okx_debug --check\n")
    assert IS_RIGHT in checked.says('{{ B[1] + "GET" + path }}', "%%okx_debug --check {{ B[0] }}\n")


@pytest.mark.parametrize("sent", [PRINTED, COMPACT])
def test_of_a_dict_either_form_can_have_been_sent(checked: Checked, sent: str) -> None:
    """A signature over one of the usual forms is right for it, and that the form is a guess is said."""
    checked.signed(sent, text=sent, json=json)
    said = checked.says(f"POST {PATH}\n{{{{ json.loads(text) }}}}")
    assert IS_RIGHT in said
    assert "which bytes became of a dict is not known" in said
    assert f"read    body {len(sent.encode())} bytes" in said


@pytest.mark.parametrize("sent", [PRINTED, COMPACT])
def test_a_mistake_beside_a_dict_is_not_made_two(checked: Checked, sent: str) -> None:
    """The form that needs the fewest mistakes is taken."""
    checked.signed(sent, PATH, "post", o=ORDER)
    said = checked.says(f"POST {PATH}\n{{{{ o }}}}")
    assert said.splitlines()[0].endswith("signed with the method in lower case")
    assert "which bytes became of a dict is not known" in said


def test_what_is_no_body_is_refused(checked: Checked) -> None:
    """A set, and bytes that are no UTF-8."""
    checked.signed("")
    assert "set cannot be used here" in checked.refuses(f"POST {PATH}\n{{{{ {{1}} }}}}")
    assert "no UTF-8" in checked.refuses(f"POST {PATH}\n{{{{ bytes([255]) }}}}")


def test_a_value_that_holds_the_secret_does_not_show_it(
    checked: Checked, elsewhere: Sandbox
) -> None:
    """It is on no line of the notebook, and the verdict puts it on none."""
    checked.signed("x", s=elsewhere.demo.secret)
    assert elsewhere.demo.secret not in checked.says(f"POST {PATH}\n{{{{ s }}}}")


def test_what_go_prints_is_no_expression() -> None:
    """Two braces begin a struct in a struct, too; a mistake in an expression is one."""
    printed = "{{BTC-USDT cash} {1}}"
    assert body_forms(printed, printed, {}) == (printed,)
    assert not is_variable('{{"a": 1}}')
    with pytest.raises(CellError, match="not a Python expression"):
        is_variable("{{ s + }}")
