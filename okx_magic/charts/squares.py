"""A rectangle cut into fields of given areas, each as near to a square as can be.

Squarified treemaps (Bruls, Huizing, van Wijk 2000): fields are laid in rows along the shorter side, and
a row takes one more as long as that makes its worst field no longer.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Field = tuple[float, float, float, float]


def squares(
    weights: Sequence[float], x: float, y: float, width: float, height: float
) -> list[Field]:
    """x, y, width and height of each field, for weights that fall; those of no weight get a little."""
    total = sum(weights)
    shares = [each / total for each in weights] if total > 1e-300 else [1.0] * len(weights)
    least = 0.02 / len(weights)
    sizes = [max(each, least) for each in shares]
    areas = [each / sum(sizes) * width * height for each in sizes]
    fields: list[Field] = []
    while areas:
        side = min(width, height)
        taken = 1
        while taken < len(areas) and _worst(areas[: taken + 1], side) <= _worst(
            areas[:taken], side
        ):
            taken += 1
        row, areas = areas[:taken], areas[taken:]
        thick = sum(row) / side
        at = 0.0
        for area in row:
            long = area / thick
            fields.append((x, y + at, thick, long) if width >= height else (x + at, y, long, thick))
            at += long
        if width >= height:
            x, width = x + thick, max(width - thick, 1e-9)
        else:
            y, height = y + thick, max(height - thick, 1e-9)
    return fields


def _worst(areas: Sequence[float], side: float) -> float:
    """How long the longest field of a row is, as a ratio of its sides."""
    thick = sum(areas) / side
    return max(max(thick * thick / area, area / (thick * thick)) for area in areas)
