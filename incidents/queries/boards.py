"""States and bars of scopes."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import prefetch_related_objects

from incidents.queries.naming import key_of, words_of
from incidents.queries.picture import picture
from incidents.queries.shapes import ScopeView
from incidents.queries.strips import Strips, official_word
from monitors.models import Scope


def scope_board(scopes: Iterable[Scope], organization_id: int | None, now: datetime) -> dict[int, ScopeView]:
    """Return {scope id: its view} for `scopes`.

    Load the scopes with select_related(*incidents.queries.PARTS): what is missing is fetched here, in one query each.
    """
    wanted = list(scopes)
    prefetch_related_objects(wanted, "provider", "component__group", "carrier")
    providers = {scope.provider_id for scope in wanted if scope.provider_id is not None}
    strips = Strips(picture(providers, organization_id, now), now)
    return {
        scope.id: strips.view(
            key_of(scope), words_of(scope), scope_id=scope.id, official=official_word(scope.component)
        )
        for scope in wanted
    }  # fmt: skip
