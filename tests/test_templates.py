"""Every template compiles, and every address that it names exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt"))


def named_addresses():
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_address_that_a_template_names_exists(name):
    named = set(re.findall(r"""{%\s*url\s+["']([\w-]+)["']""", (FOLDER / name).read_text()))
    assert named - named_addresses() == set()
