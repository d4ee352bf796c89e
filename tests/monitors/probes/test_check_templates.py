"""The checks that we ship are readable, cost nothing, hold no secret, and know an empty list from an outage."""

import pytest

from monitors import catalogue
from monitors.catalogue.check_templates import templates
from monitors.core.conditions import Facts, evaluate, parse
from monitors.probes import probe_kinds
from monitors.probes.judging import HTTP_NAMES

TEMPLATES = templates()


@pytest.mark.parametrize("slug", TEMPLATES)
def test_it_fits_its_kind_and_its_provider(slug):
    template = TEMPLATES[slug]
    kind = probe_kinds()[template.kind]
    assert template.provider in {entry.slug for entry in catalogue.read()}
    assert set(template.options) <= {field.name for field in kind.fields if field.kind != "secret"}
    kind.clean({**template.options, "auth_name": "AC123", "auth_secret": "filled in by its owner"})
    kind.locate(template.target.replace("{AccountSid}", "AC123"), (), ())
    assert template.options.get("method", "GET") == "GET"


@pytest.mark.parametrize(
    ("slug", "body", "holds"),
    [
        ("twilio-account", '{"status": "active"}', True),
        ("twilio-account", '{"status": "suspended"}', False),
        ("twilio-verify", '{"services": [], "meta": {}}', True),
        ("twilio-verify", '{"code": 20500}', False),
        ("twilio-messages", '{"messages": []}', True),
        ("twilio-messages", "<html>Busy</html>", False),
    ],
)
def test_an_empty_list_is_no_outage(slug, body, holds):
    condition = parse(TEMPLATES[slug].options["conditions"], HTTP_NAMES)
    assert evaluate(condition, Facts(body=body)).holds is holds
