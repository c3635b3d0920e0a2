from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from limitserver import HOUR, NEWEST, limited

import okx_magic
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
