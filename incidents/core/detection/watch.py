"""Watch providers: one minute of every source in, the events of their records out."""

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents.core.detection.crowd import Crowd, Report
from incidents.core.detection.delivery import Delivery, Ends
from incidents.core.detection.filters import Filter
from incidents.core.detection.probing import Checks, Probing
from incidents.core.detection.records import Event, Posterior, Records
from incidents.core.detection.tree import Bools, Floats, Ints, Place, Tree
from incidents.core.detection.tuning import DEFAULT, Tuning
from incidents.core.detection.witnesses import Witnesses

DAY_MINUTES = 1440
BLIND_FROM = 0.7  # the share of providers whose receipts must fall behind together for it to be our own stall
FEWEST_DUE, BEHIND, SURPRISING = 4.0, 0.7, 1.5


@dataclass(frozen=True, slots=True)
class Minute:
    """What was seen of one provider in one minute. `posts` are the places that its page says are in trouble now."""

    sent: Ints
    ends: Ends
    checks: Checks
    reports: Sequence[Report] = ()
    posts: Sequence[Place] = ()


class Watch:
    """The evidence about one provider."""

    def __init__(self, tree: Tree, regions: int, tuning: Tuning = DEFAULT) -> None:
        self.tree, self._tuning = tree, tuning
        self._delivery = Delivery(tree, tuning)
        self._probing = Probing((len(tree.probed), regions), tuning) if tree.probed else None
        self._regions = regions
        self._crowd = Crowd(tree, tuning)
        self.records = Records(tree, tuning)
        severities = len(tuning.failing) + len(tuning.delaying)
        self._everyone = Filter(tree.rates, severities, tuning.lasts)
        self._checked = Filter(tree.rates, len(tuning.unreachable) + 1, tuning.lasts)
        self._reported = Filter(tree.rates, len(tuning.reporting), tuning.lasts)
        self._sums = np.zeros((len(tree.places), severities))
        self._failing = len(tuning.failing)  # so many severities of failing come first, then those of delay
        self._witnesses = Witnesses(len(tree.places), self._failing)
        self._before: deque[tuple[Floats, Floats]] = deque(maxlen=tuning.rollback)
        self._due: deque[tuple[float, float]] = deque(maxlen=2)
        self._was_blind = False
        self._posts: Sequence[Place] = ()
        self.posterior: Posterior | None = None

    def take(self, number: int, minute: Minute) -> tuple[Floats, Bools]:
        """Count a minute; return the ends that came in it and were due, now and since the minute before ([2, 2]), and
        which probe regions look sick from here."""
        if number % DAY_MINUTES == 0 and number:
            self._end_day()
        self._due.append(self._delivery.take(minute.sent, minute.ends))
        self._crowd.take(number, minute.reports)
        self._posts = minute.posts
        sick = self._probing.take(minute.checks) if self._probing else np.zeros(self._regions, bool)
        return np.array([self._due[-1], np.sum(self._due, axis=0)]), sick

    def _end_day(self) -> None:
        self._delivery.end_day()
        self._crowd.end_day()
        if self._probing:
            self._probing.end_day()

    def judge(self, number: int, *, is_blind: bool, sick: Bools) -> list[Event]:
        """Weigh the minute that was taken; return what became of the records."""
        delivery, since = self._weigh_delivery(is_blind=is_blind)
        checked = self._weigh_checks(sick)
        reported = self._weigh_reports()
        posted = self._weigh_posts()
        rest = self._prior + checked + reported + posted
        parts = np.stack([delivery, checked, reported, posted])
        strong = self._everyone.odds[:, [1, 2, 4, 5]].sum(axis=1) >= 0.5 * self._everyone.odds.sum(axis=1)
        self.posterior = Posterior(rest + delivery, rest + np.maximum(since, delivery), parts, strong)
        return self.records.step(number, self.posterior) if number >= self._tuning.warm_up else []

    @property
    def _prior(self) -> Floats:
        return self._everyone.prior

    # --- One source each --------------------------------------------------------------------------------

    def _weigh_delivery(self, *, is_blind: bool) -> tuple[Floats, Floats]:
        """Return what deliveries argue now, and all that they have argued since the change.

        Both without the tenant that argues most for it in each place, but for a small allowance.
        """
        argued = self._delivery.argue(is_blind=is_blind)
        if is_blind and not self._was_blind and self._before:  # the stall's first minutes looked like delay
            delay = np.s_[:, self._failing :]
            self._everyone.odds[delay], self._sums[delay] = self._before[0]
        self._was_blind = is_blind
        everyone = self._everyone.step(argued)
        self._sums = np.maximum(self._sums + argued, 0)
        most = self._leave_one_out()
        now = self._everyone.weigh(most)
        now[~self.tree.is_delivered] = 0
        since: Floats = np.minimum(self._sums, most).max(axis=1)
        self._sums[(everyone <= 0) | (now <= 0)] = 0  # what argues for nothing any more has not changed lately
        self._witnesses.forget(self._sums[:, : self._failing] == 0)
        self._before.append((self._everyone.odds[:, self._failing :].copy(), self._sums[:, self._failing :].copy()))
        return now, since

    def _leave_one_out(self) -> Floats:
        """Return the most that may be argued: what all but one tenant have argued of a place since it came under
        suspicion, and a small allowance. Nothing limits what is said of delay."""
        said, failing = self._delivery.statements(), self._sums[:, : self._failing]
        suspected = np.asarray((failing > 0).any(axis=1))
        for places in self.tree.levels:
            self._witnesses.hear(suspected, places[said.cell], said)
        most = np.full_like(self._sums, np.inf)
        most[:, : self._failing] = failing - self._witnesses.most + self._tuning.lone_tenant
        return most

    def _weigh_checks(self, sick: Bools) -> Floats:
        if self._probing is None:
            return np.zeros(len(self.tree.places))
        by_component = self._probing.argue(sick)
        likelihood = np.zeros((len(self.tree.places), by_component.shape[1]))
        probed = self.tree.probe_of >= 0
        likelihood[probed] = by_component[self.tree.probe_of[probed]]
        likelihood[self.tree.is_edge] = by_component.sum(axis=0)
        weight = self._checked.step(likelihood)
        weight[~probed] = 0
        # An edge that answers does not clear what it delivers.
        delivered = self.tree.is_delivered
        weight[delivered] = np.maximum(weight[delivered], 0)
        return weight

    def _weigh_reports(self) -> Floats:
        weight = np.clip(self._reported.step(self._crowd.argue()), -1.0, self._tuning.crowd_cap)
        marked = self._crowd.marks >= self._tuning.marked
        return np.where(marked, weight, np.minimum(weight, self._tuning.unmarked_cap))

    def _weigh_posts(self) -> Floats:
        weight = np.zeros(len(self.tree.places))
        for place in self._posts:
            weight[self.tree.index[place]] += self._tuning.post_bonus
        return weight


class Fleet:
    """Watches that see our own troubles together: receipts that stall everywhere, a region that fails everywhere."""

    def __init__(self, watches: Mapping[Hashable, Watch]) -> None:
        self.watches = dict(watches)

    def minute(
        self, number: int, minutes: Mapping[Hashable, Minute], *, is_deaf: bool = False
    ) -> dict[Hashable, list[Event]]:
        """Weigh one minute of every provider; return the events of each. `is_deaf`: we know that we hear nothing."""
        if not self.watches:
            return {}
        seen = {key: watch.take(number, minutes[key]) for key, watch in self.watches.items()}
        is_blind = is_deaf or stall_is_ours(*np.array([counts for counts, _ in seen.values()]).transpose(1, 0, 2))
        sick = sick_regions(np.array([regions for _, regions in seen.values()]))
        return {key: watch.judge(number, is_blind=is_blind, sick=sick) for key, watch in self.watches.items()}


def sick_regions(failing: Bools) -> Bools:
    """Return the regions that are themselves in trouble, as half of the providers see it. `failing` is [provider, region].

    A provider that fails from most regions has a trouble of its own, and one alone cannot tell whose it is.
    """
    can_tell = 2 * failing.sum(axis=1) < max(failing.shape[1], 1)
    if can_tell.sum() < 2 or not failing.size:
        return np.zeros(failing.shape[1], bool)
    sick: Bools = failing[can_tell].mean(axis=0) >= 0.5
    return sick


def stall_is_ours(now: Floats, lately: Floats) -> bool:
    """Whether receipts of most providers fall behind in the same minute. Both are [provider, came or due].

    A provider falls behind where fewer ends came than were due, beyond chance: the deviance of a Poisson count.
    Only those from which some were due can tell, and one alone cannot tell whose fault it is.
    """
    behind, can_tell = np.zeros(len(now), bool), np.zeros(len(now), bool)
    for counts in (now, lately):
        came, due = counts[:, 0], np.maximum(counts[:, 1], 1e-9)
        deviance = due - came + came * np.log(np.maximum(came, 1e-9) / due)
        can_tell |= due >= FEWEST_DUE
        behind |= (due >= FEWEST_DUE) & (came < BEHIND * due) & (deviance >= SURPRISING)
    return bool(can_tell.sum() >= 2 and behind[can_tell].mean() >= BLIND_FROM)
