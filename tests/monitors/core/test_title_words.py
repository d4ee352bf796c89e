"""What the reader makes of a title's other words, and how well it does on labelled titles."""

import pytest

from bench import titles as bench
from monitors.core.titles import read_title


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS and MMS Delivery Delays", "sms mms"),
        ("Inbound Message Delivery Delays to US Twilio Phone Numbers", "sms"),
        ("MMS Delivery Delays over a Subset of Short Codes", "mms"),
        ("Call Quality Issue To and From Colombia", "voice"),
        ("SMS Delivery Delays to Google Voice in the US", "sms"),
        ("On Call Engineers are Investigating an Issue With Flex", "flex"),
        ("On Call Engineers are Investigating", ""),
        ("Canada Account Security Service Partner Maintenance", "verify"),
        ("User Authentication Identity SNA Failure Increase for Smartfren in Indonesia", "verify"),
        ("Unable to Verify Caller ID Using SMS", "sms"),
        ("Lookup Identity Match and SIM Swap Failures", "lookup"),
        ("Connectivity Lost on 8% of Super SIM Devices", "wireless"),
        ("Elastic SIP Trunking Termination Failures", "sip"),
        ("WhatsApp Message Delays", "whatsapp"),
        ("RCS Message Delays", "rcs"),
        ("SendGrid Event Webhooks Delayed", "email"),
        ("Phone Number Porting Delays", "numbers"),
        ("Console Buy a Number Page Shows Something Went Wrong", "console numbers"),
        ("Elevated Errors for Twilio APIs", "api"),
        ("Conversations API Issues", "conversations"),
        ("Fax Delays", "fax"),
        ("Errors With Rooms Video", "video"),
        ("Invoices are Late", "billing"),
        ("Twilio Functions Errors", "other"),
    ],
)  # fmt: skip
def test_channels(title, expected):
    assert " ".join(sorted(read_title(title).channels)) == " ".join(sorted(expected.split()))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays from Twilio to Claro Brazil", ("outbound", "delay")),
        ("SMS Delivery Failures to a Subset of Twilio's Denmark Long Codes", ("inbound", "failure")),
        ("SMS Delivery Delays From Mobile Subscribers to Twilio US Phone Numbers", ("inbound", "delay")),
        ("Call Quality Issue To and From Twilio Numbers", ("both", "quality")),
        ("Outbound Call Failures from Twilio Numbers", ("outbound", "failure")),
        ("SMS Delivery Receipts Delays to Verizon", ("outbound", "receipts")),
        ("SMS Delivery Failure to Multiple Networks in Mexico via a Subset of Twilio Numbers", ("outbound", "failure")),
        ("SMS Delivery Failures to Twilio's UK Numbers", ("inbound", "failure")),
        ("Intermittent Errors on the Console", (None, "errors")),
        ("Flex Insights Historical Report Unavailable", (None, "unavailable")),
        ("SMS Delivery Report Failures", (None, "receipts")),
        ("Verify API High Latency", (None, "latency")),
        ("Elevated 5xx Errors on the Console", (None, "errors")),
        ("Text-to-Speech Unavailable", (None, "unavailable")),
        ("Flex Degraded Performance", (None, "degraded")),
        ("Something About Flex", (None, "other")),
        ("Japan SMS Carrier Maintenance - NTT Docomo", (None, "none")),
    ],
)
def test_direction_and_failure(title, expected):
    reading = read_title(title)
    assert (reading.direction, reading.failure) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("[Scheduled] US SMS Carrier Maintenance - AT&T", (True, False, False)),
        ("United States MMS Carrier Partner Maintenance", (True, False, False)),
        ("SMS Delivery Delays due to Maintenance at Vodafone Germany", (False, False, False)),
        ("Retroactive Incident: SMS Delivery Delays", (False, True, False)),
        ("Automated Alert: No Customer Impact", (False, False, True)),
    ],
)
def test_maintenance_retroactive_and_no_impact(title, expected):
    reading = read_title(title)
    assert (reading.maintenance, reading.retroactive, reading.no_impact) == expected


def test_number_types_subset_and_regions():
    reading = read_title(
        "SMS Delays in Latin America over a Subset of Short-Codes, Toll-Free, Longcodes and Sender IDs"
    )
    assert reading.number_types == ("short_code", "toll_free", "long_code", "alphanumeric")
    assert (reading.subset, reading.regions) == (True, ("Latin America",))


def test_the_body_tells_the_place_only_where_the_title_tells_none():
    body = "<p>We see delays from Twilio to <b>Claro</b> network subscribers in Brazil.</p>"
    assert read_title("SMS Delivery Delays", body).countries == ("BR",)
    assert [ref.name for ref in read_title("SMS Delivery Delays", body).carriers] == ["Claro"]
    assert read_title("SMS Delivery Delays in Chile", body).countries == ("CL",)
    assert read_title("Console Errors", body).countries == ()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("SMS Delivery Delays to Globe Telecom and Smart", [("Globe", "PH"), ("Smart", "PH")]),
        ("SMS delays to Telkomsel and Three", [("Telkomsel", "ID"), ("Tri", "ID")]),
        ("SMS Delivery Delays to Vodacom and Cell C", [("Vodacom", "ZA"), ("Cell C", "ZA")]),
        ("SMS Delivery Delays to Smartfren and Smart", [("Smartfren", "ID")]),  # there is no Smart in Indonesia
    ],
)
def test_in_a_list_a_name_that_is_no_everyday_word_tells_the_country_of_one_that_is(title, expected):
    assert [(ref.name, ref.country) for ref in read_title(title).carriers] == expected


def test_a_brand_without_codes_of_its_own_has_its_hosts():
    (ref,) = read_title("SMS Delivery Delays to Avea in Turkey").carriers
    (host,) = read_title("SMS Delivery Delays to Turk Telekom in Turkey").carriers
    assert (ref.name, ref.mccmnc) == ("Avea", host.mccmnc)


@pytest.mark.parametrize(
    "title", ["", " ", "-", "((((", "a" * 100_000, "SMS to " * 20_000, "\x00\ud800\u202e", "- " * 5_000]
)
def test_odd_titles_are_read_in_good_time(title):
    assert read_title(title).countries == ()


LEAST = {"channels": 0.99, "countries": 0.98, "carriers": 0.95, "maintenance": 0.995}


@pytest.mark.skipif(not bench.HISTORY.exists(), reason="the real titles are not at hand")
@pytest.mark.parametrize("half", ["dev", "held"])
def test_labelled_titles_are_read_well(half):
    table, _ = bench.scores(bench.labels(half))
    assert [field for field, (_, _, f1, _) in table.items() if f1 < LEAST[field]] == []


@pytest.mark.parametrize("half", ["a", "b", "c"])
def test_titles_of_other_years_and_vendors_are_read_well(half):
    # written by hand and labelled before they were read; a few say what no rule can tell
    table, wrong = bench.scores(bench.samples(half), bench.ALL_FIELDS)
    assert [field for field, (_, _, f1, _) in table.items() if f1 < 0.99] == [], wrong
