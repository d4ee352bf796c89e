"""An organization's delivery page: its own messages, trouble first, beside what everybody sees."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from incidents.models import Incident
from monitors.core.delivery_blame import Blame
from monitors.core.delivery_rules import Rule
from monitors.core.states import State
from monitors.models import DeliveryRule, FilteringChange
from monitors.queries.delivery_sums import Window, span_of, sums_by_field
from pages.queries.delivery import delivery_page
from pages.queries.delivery_asked import Asked
from pages.templatetags.statuswire import percent
from tests.factories import CarrierFactory, OrganizationFactory, ProviderFactory, ScopeFactory
from tests.monitors.delivery.traffic import counted
from tests.pages.scenes import Scene
from tests.readers import log_in, words_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
DOCOMO = "SMS to NTT DOCOMO (Japan)"
AMERICA = "SMS to United States"
KDDI = "SMS to KDDI (Japan)"


class Delivery(Scene):
    """Acme's messages half an hour ago: DOCOMO stalls, KDDI is well, America refuses an unregistered sender."""

    def __post_init__(self):
        super().__post_init__()
        sms = self.sms.component
        self.kddi = ScopeFactory(component=sms, country="JP", carrier=CarrierFactory(name="KDDI", country="JP"))
        self.america = ScopeFactory(component=sms, country="US")
        at = self.ago(30)
        counted(self.acme, self.kddi, at, delivered=40)
        counted(self.acme, self.docomo, at, delivered=2, late=3, pending=15, codes=[("30008", "ambiguous", 1)])
        counted(self.acme, self.america, at, delivered=60, codes=[("30034", "sender", 31), ("30003", "ambiguous", 1)])
        counted(self.bolt, self.kddi, at, pending=777)

    def page(self, **asked):
        return delivery_page(self.acme.id, Asked.of(asked), now=self.now)


@pytest.fixture
def scene():
    return Delivery()


def test_lines_come_trouble_first_and_are_ones_own(scene):
    page = scene.page(window="1h")
    assert [(line.words, line.state.slug, line.sums.started) for line in page.lines] == [
        (DOCOMO, "major_outage", 21), (AMERICA, "operational", 92), (KDDI, "operational", 40),
    ]  # fmt: skip
    assert (page.found, page.troubled, page.total.sums.started) == (3, 1, 153)
    assert [(line.p50, line.p95) for line in page.lines] == [(3600, 3600), (7, 7.9), (7, 7.9)]


@pytest.mark.parametrize("window", ["1h", "24h", "7d"])
def test_each_window_has_all_of_it_in_its_fields(scene, window):
    page = scene.page(window=window)
    assert [(row.words, row.sums.started) for row in page.heat] == [("Japan", 61), ("United States", 92)]
    assert {len(row.bars) for row in page.heat} == {{"1h": 12, "24h": 24, "7d": 28}[window]}
    told = [bar.label.partition(": ")[2] for bar in page.heat[1].bars if bar.state is not State.UNKNOWN]
    assert told == ["60 of 61 delivered, 31 refused as the sender's own"]
    assert page.total.sums.started == 153


def test_messages_of_the_last_minutes_are_not_late_yet(scene):
    counted(scene.acme, scene.kddi, scene.now, pending=90)
    assert {line.words: line.state for line in scene.page(window="1h").lines}[KDDI] is State.OPERATIONAL
    assert {row.words: row.bars[-1].state.is_impaired for row in scene.page(window="1h", by="carrier").heat} == {
        "NTT DOCOMO (Japan)": False, "KDDI (Japan)": False, "United States, carrier not known": False,
    }  # fmt: skip


@pytest.mark.parametrize("window", list(Window))
@pytest.mark.parametrize("minutes", range(4))
def test_just_after_a_field_ends_its_last_messages_are_not_late(scene, window, minutes):
    now = scene.now.replace(hour=6, minute=minutes, second=30)
    scope = ScopeFactory(component=scene.sms.component, country="FR")
    counted(scene.bolt, scope, now - timedelta(minutes=3), pending=20)
    counted(scene.bolt, scope, now - timedelta(minutes=2), pending=20)
    fields = sums_by_field(scene.bolt.id, span_of(window, now), [scope.id])
    assert (sum(sums.started for sums in fields.values()), sum(sums.late for sums in fields.values())) == (40, 0)


def test_what_is_asked_for_narrows_everything(scene):
    page = scene.page(country="US")
    assert ([line.words for line in page.lines], [row.words for row in page.heat]) == ([AMERICA], ["United States"])
    assert [line.count.code for line in page.codes] == ["30034", "30003"]
    assert [choice.value for choice in page.choices.countries] == ["JP", "US"]
    assert scene.page(provider="nobody").found == 0
    assert scene.page(component=str(scene.sms.component_id), provider="twilio").found == 3


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"window": "1y", "page": "0", "by": "moon", "component": "x", "country": "us"}, Asked(country="US")),
        ({"window": "7d", "page": "3", "by": "carrier"}, Asked(window="7d", page=3, by="carrier")),
        ({"component": "٣", "page": "-1"}, Asked()),
    ],
)
def test_an_address_that_makes_no_sense_asks_for_nothing(asked, expected):
    assert Asked.of(asked) == expected


def test_it_is_you_where_your_own_doing_fails_most(scene):
    sentences = {line.words: line.sentence.words for line in scene.page().lines}
    assert sentences[AMERICA] == "It is you: 97% of your failures are 30034 (unregistered sender)."
    assert scene.page().overall.words == "It is you: 94% of your failures are 30034 (unregistered sender)."


def test_it_is_not_you_where_others_have_an_incident(scene):
    assert scene.page().lines[0].sentence.words == "Not clear yet: 18 of 21 late, and nobody else reports it."
    scene.say(scene.docomo, State.PARTIAL_OUTAGE, minutes=20)
    line = scene.page().lines[0]
    public = Incident.objects.get(organization=None)
    assert (line.sentence.words, line.sentence.uid) == (f"Not you: {DOCOMO} is in trouble for others too.", public.uid)
    assert line.verdict is State.PARTIAL_OUTAGE
    assert [one.sentence.uid for one in scene.page().lines[1:]] == ["", ""]  # other carriers are strangers


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([17, 17, 17], "Yours alone: 18 of 21 late, while 100% of others' messages arrive."),
        ([17, 17], "Not clear yet: 18 of 21 late, and nobody else reports it."),
        ([16, 16, 16], "Not clear yet: 18 of 21 late, and nobody else reports it."),  # 48 messages
    ],
)
def test_others_are_compared_with_where_three_of_them_and_fifty_messages_are_shared(scene, others, expected):
    for messages in others:
        other = OrganizationFactory(shares_counts_since=scene.ago(600))
        counted(other, scene.docomo, scene.ago(30), delivered=messages)
    counted(OrganizationFactory(), scene.docomo, scene.ago(30), pending=500)  # shares nothing
    counted(OrganizationFactory(shares_counts_since=scene.ago(9)), scene.docomo, scene.ago(30), pending=500)
    assert scene.page().lines[0].sentence.words == expected


def test_others_fail_too_before_anybody_says_so(scene):
    for _ in range(3):
        other = OrganizationFactory(shares_counts_since=scene.ago(600))
        counted(other, scene.docomo, scene.ago(30), delivered=5, pending=15)
        counted(other, scene.docomo, scene.now, pending=500)  # too young to be late
    assert (
        scene.page().lines[0].sentence.words
        == "Not you alone: 18 of 21 late, and 75% of others' messages there are late too."
    )


def test_a_sentence_about_now_rests_on_what_fails_now(scene):
    counted(scene.acme, scene.america, scene.ago(600), codes=[("30034", "sender", 900)])
    counted(scene.acme, scene.america, scene.ago(10), codes=[("30008", "ambiguous", 400)])
    sentences = {line.words: line.sentence.words for line in scene.page().lines}
    assert sentences[AMERICA] == "Not clear yet: 401 of 461 failed, and nobody else reports it."


def test_what_another_organization_knows_is_no_word_about_others(scene):
    scene.receipts(scene.bolt, scene.docomo, State.MAJOR_OUTAGE, minutes=20)
    assert scene.page().lines[0].sentence.uid == ""


def test_codes_say_what_they_mean_whose_doing_and_where(scene):
    assert [
        (line.count.code, line.count.meaning, line.whose, line.count.messages, line.where, line.elsewhere)
        for line in scene.page().codes
    ] == [
        ("30034", "Unregistered sender", "You, the sender", 31, AMERICA, 0),
        ("30003", "Handset cannot be reached", "Not clear", 1, AMERICA, 0),
        ("30008", "Unknown error: the carriers' catch-all", "Not clear", 1, DOCOMO, 0),
    ]


def test_the_shares_of_codes_add_up(scene):
    counted(scene.bolt, scene.kddi, scene.ago(20), codes=[(code, "outage", 1) for code in ("1", "2", "3")])
    page = delivery_page(scene.bolt.id, Asked(), now=scene.now)
    assert [percent(line.share, 1) for line in page.codes] == ["33.4 %", "33.3 %", "33.3 %"]


def test_a_page_has_fifty_lines_and_the_queries_do_not_grow(scene, django_assert_num_queries):
    def ask(number):
        with django_assert_num_queries(number):
            return scene.page()

    ask(19)
    for number in range(60):
        provider = ProviderFactory() if number < 3 else scene.twilio
        scope = ScopeFactory(component__provider=provider, country="FR")
        counted(scene.acme, scope, scene.ago(20), delivered=3)
    page = ask(19)
    assert (len(page.lines), page.found, page.earlier, page.later) == (50, 63, "", "?page=2")
    second = scene.page(page="2")
    assert (len(second.lines), second.first, second.last, second.later) == (13, 51, 63, "")
    assert scene.page(page="99").first == 51


def test_members_see_the_page_with_its_words_and_no_rules_to_switch(scene):
    answer = log_in(scene.acme).get(reverse("message_delivery", args=["acme"]))
    words = words_of(answer)
    assert answer.status_code == 200
    assert "Not clear yet: 18 of 21 late, and nobody else reports it." in words
    assert "Besides: It is you: 94% of your failures are 30034 (unregistered sender)." in words
    assert "Owners and admins switch them." in words
    assert "777" not in words


def test_htmx_gets_the_fragment_and_an_empty_page_says_what_to_do(scene):
    client = log_in(scene.acme)
    fragment = client.get(reverse("message_delivery", args=["acme"]), headers=HTMX).content.decode()
    assert fragment.startswith('<div id="delivery"')
    words = words_of(log_in(scene.bolt).get(reverse("message_delivery", args=["bolt"]), {"country": "FR"}))
    assert "No message matches." in words
    later = delivery_page(scene.bolt.id, Asked(), now=scene.now + timedelta(days=30))
    assert (later.lines, later.overall.words) == ([], "Not enough messages to say: 0.")


def test_an_admin_switches_rules_and_a_member_may_not(scene):
    address, rules = reverse("delivery_rules", args=["acme"]), reverse("message_delivery", args=["acme"]) + "#rules"
    assert log_in(scene.acme).post(address, {"burst": "on"}).status_code == 403
    admin = log_in(scene.acme, Role.ADMIN)
    answer = admin.post(address, {"burst": "on", "burst_over": "each", "share_over": "whole"}, follow=True)
    assert "One rule is on." in words_of(answer)
    assert list(DeliveryRule.objects.values_list("organization", "rule", "is_per_scope")) == [
        (scene.acme.id, Rule.BURST, True)
    ]
    page = admin.get(rules).content.decode()
    assert re.search(r'name="burst"[^>]*checked', page)
    assert not re.search(r'name="share"[^>]*checked', page)
    assert '<option value="each" selected>' in page
    assert "Both rules are off." in words_of(admin.post(address, {}, follow=True))
    assert "Choose over what" in words_of(admin.post(address, {"share": "on", "share_over": "moon"}, follow=True))


def test_what_was_in_trouble_and_is_over_comes_after_what_still_is(scene):
    counted(scene.acme, scene.america, scene.ago(600), codes=[("30008", "ambiguous", 500)])
    page = scene.page()
    assert [(line.words, line.state.slug, line.place.is_over) for line in page.lines] == [
        (DOCOMO, "major_outage", False), (AMERICA, "major_outage", True), (KDDI, "operational", False),
    ]  # fmt: skip
    assert (page.troubled, page.lead.words) == (1, DOCOMO)
    assert page.lines[1].sentence.words == "Over: 501 of 561 failed in all; as usual in the last hour."


def test_trouble_of_the_last_hour_is_not_drowned_in_a_good_week(scene):
    counted(scene.acme, scene.docomo, scene.ago(3000), delivered=5000)
    page = scene.page(window="7d")
    assert (page.lead.words, page.lead.state.slug) == (DOCOMO, "major_outage")
    assert page.lead.sentence.words == "Not clear yet: 18 of 21 late, and nobody else reports it."
    assert [(row.words, row.is_troubled) for row in page.heat] == [("Japan", True), ("United States", False)]


def test_a_carriers_new_rule_is_said_to_those_whom_it_concerns(scene):
    change = FilteringChange(scope=scene.america, code="30034", began_at=scene.ago(5), seen_at=scene.now)
    change.save()
    address = reverse("message_delivery", args=["acme"])
    assert "Carriers refuse more." not in words_of(log_in(scene.acme).get(address))
    FilteringChange.objects.update(may_be_told=True)
    words = words_of(log_in(scene.acme).get(address))
    assert (
        "SMS to United States: several senders' messages are refused with 30034 (Unregistered sender) far more than before"
        in words
    )
    refused = "Not you alone: carriers refuse more of several senders' messages; yours mostly with 30034 (unregistered sender)."
    assert refused in words
    assert scene.page().overall.words == refused
    assert {line.words: line.sentence.blame for line in scene.page().lines}[AMERICA] is Blame.UNCLEAR
    assert "Carriers refuse more." not in words_of(log_in(scene.bolt).get(reverse("message_delivery", args=["bolt"])))
