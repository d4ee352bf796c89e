"""Checks of providers' interfaces that we ship (checks.toml): a form to start from, with no secret in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SHIPPED = Path(__file__).parent / "checks.toml"


@dataclass(frozen=True, slots=True)
class Template:
    """`options` are as a person writes them into the form of `kind`; `provider` is a slug of the catalogue."""

    slug: str
    provider: str
    name: str
    kind: str
    target: str
    help: str
    options: Mapping[str, str] = field(default_factory=dict)


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates that we ship, by slug."""
    rows = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {slug: Template(slug=slug, **row) for slug, row in rows.items()}
