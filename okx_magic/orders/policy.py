"""The safety rules, as functions of a request and of the facts around it. Pure.

===========  ==============================  ==============================================
what         sandbox, demo                   live
===========  ==============================  ==============================================
read         passes                          passes
cancel       passes                          passes: it can only lessen what an order risks
order        not again within 60 s           only when armed, and a person says yes to it
setting      passes                          only when armed, and a person says yes to it
guarded      not again within 60 s           as an order, and the profile must allow the kind
===========  ==============================  ==============================================

Guarded are withdrawals, transfers, sub-accounts, keys, earn products, loans, and every POST to a path
that the catalogue does not know. After the kill switch all but reads and cancels are refused,
everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.effects import GUARDED
from okx_magic.errors import RefusedError

if TYPE_CHECKING:
    from okx_magic.catalogue.effects import Effect
    from okx_magic.model import Environment, Request

ARMED_SECONDS: Final = 15 * 60
AGAIN_SECONDS: Final = 60

_PLAIN: Final[dict[Effect, str]] = {
    "withdraw": "withdrawals",
    "transfer": "transfers",
    "subaccount": "changes of sub-accounts",
    "key": "changes of API keys",
    "earn": "earn products",
    "loan": "loans",
    "unknown": "POSTs to paths that the catalogue does not know",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that decide about a request.

    ``armed`` says whether live orders are switched on now, ``latched`` whether the kill switch is;
    ``allow`` holds the kinds that the profile permits. ``repeats`` is how many seconds ago the same
    request was sent that was not refused, None if it was not; ``unsettled`` whether the outcome of
    the same request is unknown. ``again`` says that the person wants it once more all the same.
    """

    environment: Environment
    armed: bool = False
    latched: bool = False
    allow: frozenset[str] = frozenset()
    repeats: float | None = None
    unsettled: bool = False
    again: bool = False


def check(request: Request, standing: Standing) -> None:
    """Raise RefusedError for a request that must not be sent as things stand."""
    effect = request.effect
    if effect in {"read", "cancel"}:
        return
    if standing.latched:
        raise RefusedError(
            "the kill switch is on: only cancels are sent",
            remedy="%okx_kill --release lifts it",
            request=request,
        )
    if standing.environment == "live":
        _check_live(request, standing)
    if effect not in {"setting", "undo"}:
        _check_repeat(request, standing)


def asks(request: Request, environment: Environment) -> bool:
    """Whether a person must say yes to this very request."""
    return environment == "live" and request.effect not in {"read", "cancel"}


def _check_live(request: Request, standing: Standing) -> None:
    effect = request.effect
    if effect in GUARDED and effect not in standing.allow:
        raise RefusedError(
            f"the profile does not allow {_PLAIN[effect]} on a live account",
            remedy=f'allow = ["{effect}"] in the profile permits them',
            request=request,
        )
    if not standing.armed:
        raise RefusedError(
            "a live account is read-only",
            remedy="%okx_live switches orders on for 15 minutes; -a demo or -a sandbox is practice",
            request=request,
        )


def _check_repeat(request: Request, standing: Standing) -> None:
    if standing.again:
        return
    if standing.unsettled:
        raise RefusedError(
            "the outcome of the same request is still unknown",
            remedy="%okx_login looks it up; --again (in Python again=True) sends it once more anyway",
            request=request,
        )
    # On live the person is asked, and told of the repetition.
    if standing.repeats is not None and standing.environment != "live":
        raise RefusedError(
            f"the same request was sent {standing.repeats:.0f} s ago",
            remedy=f"--again (in Python again=True) sends it anyway; not needed after {AGAIN_SECONDS} s",
            request=request,
        )
