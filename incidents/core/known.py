"""What correlating is told: the change that is read, and the incidents that its audience knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.core.fuse import Verdict
from incidents.core.scope import ScopeKey
from monitors.core.states import Source, State


@dataclass(frozen=True, slots=True)
class Policy:
    """How long is together. The defaults are for people who are paged."""

    join_within: timedelta = timedelta(minutes=60)
    reopen_within: timedelta = timedelta(minutes=30)
    resolve_after: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change of one ref's word about one scope, and what is known around it.

    `post_id` is the official post that it comes from, if any. `is_own` marks the audience's own
    evidence; `is_followed` says that the scope is related to one that the audience follows (always
    true for the public). `named` are the components that the post names. `verdict` weighs all of the
    audience's evidence about the scope. `confused_with` is the provider that people's reports may be meant for.
    """

    id: int
    source: Source
    ref: str
    scope_id: int
    scope: ScopeKey
    new: State
    at: datetime
    verdict: Verdict
    post_id: int | None = None
    named: frozenset[int] = frozenset()
    is_own: bool = False
    is_followed: bool = True
    in_maintenance: bool = False
    confused_with: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a ref has said about a scope within an incident. `change_id` is its latest change there."""

    ref: str
    scope_id: int
    scope: ScopeKey
    impairs: bool
    change_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """An incident that is open, or was resolved recently enough to matter.

    It began at `started_at` by what its sources say, and we knew at `opened_at`. `named` are the
    components that the vendor lists with its posts.
    """

    id: int
    started_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    seen: tuple[Seen, ...]
    post_ids: frozenset[int] = frozenset()
    named: frozenset[int] = frozenset()

    def is_young(self, at: datetime, policy: Policy) -> bool:
        """Whether a failure at `at` is close to its start, or to when it became known: vendors date theirs back."""
        return min(abs(at - self.started_at), abs(at - self.opened_at)) <= policy.join_within

    @property
    def scopes(self) -> list[ScopeKey]:
        """The scopes that it is about: impaired now, or ever where nothing is."""
        return [s.scope for s in self.seen if s.impairs] or [s.scope for s in self.seen]
