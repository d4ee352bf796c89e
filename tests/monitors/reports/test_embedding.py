"""How another site gets the report form."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.factories import ProviderFactory

pytestmark = pytest.mark.django_db

PATH = "/providers/twilio/report/"


@pytest.fixture(autouse=True)
def address(settings):
    settings.PUBLIC_URL = "https://statuswire.test"


def snippets(client=None):
    html = (client or Client()).get(PATH).text
    found = re.findall(r"<pre><code>(.*?)</code></pre>", html) + re.findall(r'data-copy="([^"]*)"', html)
    return [unescape(one) for one in found]


@pytest.mark.parametrize(("category", "height"), [("comms", 920), ("payments", 840)])
def test_a_report_form_s_page_has_the_line_for_another_site_to_read_and_to_copy(category, height):
    ProviderFactory(slug="twilio", name="Twilio", category=category)
    line = (
        '<iframe src="https://statuswire.test/embed/twilio/report" title="Report a problem with Twilio"'
        f' width="100%" height="{height}" loading="lazy"></iframe>'
    )
    assert snippets() == [line, line]


def test_a_provider_s_name_ends_no_attribute_of_it():
    ProviderFactory(slug="twilio", name='"><script>alert(1)</script>')
    assert 'title="Report a problem with &quot;&gt;&lt;script&gt;' in snippets()[0]
    assert "<script>alert" not in Client().get(PATH).text


@pytest.mark.parametrize(
    ("sites", "lines", "said"),
    [([], 0, False), (["*"], 2, False), (["https://a.example", "https://b.example"], 2, True)],
)
def test_it_is_offered_where_it_would_work(settings, sites, lines, said):
    settings.EMBEDDED_ON = sites
    ProviderFactory(slug="twilio")
    assert len(snippets()) == lines
    assert ("It can be shown on: https://a.example, https://b.example." in Client().get(PATH).text) is said


def test_the_form_in_the_frame_offers_no_frame_of_itself():
    ProviderFactory(slug="twilio")
    assert "iframe" not in Client().get("/embed/twilio/report").text
