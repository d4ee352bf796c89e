"""An incident's page: what it says about its vendor, and what it leaves to whom."""

import re
from datetime import timedelta

import pytest

from incidents.models import Incident
from monitors.core.states import Source, State
from tests.pages.scenes import Scene

pytestmark = pytest.mark.django_db


def text_of(client, scene):
    incident = Incident.objects.get(organization=None)
    html = client.get(f"/incidents/{incident.uid}/").text
    return " ".join(re.sub("<[^>]+>", "", html).split())


def test_a_vendor_that_names_no_earlier_start_is_not_called_punctual(client):
    scene = Scene()
    scene.post(scene.docomo, "SMS delays to Docomo", "We look.", State.DEGRADED, minutes=40)
    assert "Nobody names an earlier start than Twilio's own post." in text_of(client, scene)


def test_a_vendor_that_posted_late_is_told_by_how_much(client):
    scene = Scene()
    post = scene.post(scene.docomo, "SMS delays to Docomo", "We look.", State.DEGRADED, minutes=40)
    post.began_at = post.posted_at - timedelta(minutes=31)
    post.save()
    assert "Twilio posted 31 min after it began." in text_of(client, scene)


def test_a_page_that_shows_trouble_without_words_is_no_post(client):
    scene = Scene()
    scene.say(scene.sms, State.DEGRADED, minutes=20)
    assert "Twilio's page showed it, without a word about it." in text_of(client, scene)


def test_a_silent_vendor_is_named(client):
    scene = Scene()
    scene.say(scene.sms, State.MAJOR_OUTAGE, minutes=20, source=Source.CROWD, ref=f"crowd:{scene.twilio.id}")
    assert "Twilio has said nothing yet; it began 20 min ago." in text_of(client, scene)
