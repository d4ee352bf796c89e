"""From carriers to countries, from countries to the component: what most parts of a whole are in trouble with."""

from collections.abc import Mapping

from monitors.core.cells import Cell
from monitors.core.delivery import Tally, Verdict


def lifted(verdicts: Mapping[Cell, Verdict]) -> dict[Cell, Verdict]:
    """Return the cells most of whose parts are impaired, with a verdict that sums theirs.

    Of its parts that were judged, at least two and three in five must be impaired.
    """
    found: dict[Cell, Verdict] = {}
    for level, parts in (("carriers", _parts(verdicts, carrier=True)), ("countries", _parts(verdicts, carrier=False))):
        for whole, inside in parts.items():
            bad = [verdict for verdict in inside if verdict.state.is_impaired]
            if len(bad) >= 2 and len(bad) >= 0.6 * len(inside):
                total = sum((verdict.tally for verdict in bad), Tally())
                reason = f"{len(bad)} of {len(inside)} {level} are impaired: {total.words}."
                worst = max(bad, key=lambda verdict: verdict.state)
                found[whole] = Verdict(min(v.state for v in bad), total, worst.minutes, worst.habit, reason)
    return found


def _parts(verdicts: Mapping[Cell, Verdict], *, carrier: bool) -> dict[Cell, list[Verdict]]:
    parts: dict[Cell, list[Verdict]] = {}
    for cell, verdict in verdicts.items():
        if cell.country and bool(cell.carrier_id) == carrier:
            whole = Cell(cell.component_id, cell.country) if carrier else Cell(cell.component_id)
            parts.setdefault(whole, []).append(verdict)
    return parts
