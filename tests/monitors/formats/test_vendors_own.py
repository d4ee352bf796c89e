"""Formats of a single vendor that say more than a state: incidents, services, regions."""

import json

import pytest

from monitors.core.states import State
from monitors.formats import formats
from monitors.formats.base import UnreadableFeed


def read(name, document):
    body = document if isinstance(document, str) else json.dumps(document)
    return formats()[name].parse(body.encode())


def states(snapshot):
    return {component.name: component.state for component in snapshot.components}


def posts(snapshot):
    return [(post.external_id, post.kind, post.title, post.phase, post.impact) for post in snapshot.posts]


def oci_service(name, status, *incidents):
    return {
        "serviceId": name,
        "serviceName": name,
        "serviceStatus": status,
        "incidents": [{"incidentId": key, "severity": severity} for key, severity in incidents],
    }


def test_an_incident_of_oracle_under_many_services_and_regions_is_one():
    down = oci_service("Compute", "ServiceDown", ("ocid1.x", "ServiceDown"))
    slow = oci_service(
        "Block Volume", "ServiceDisruption", ("ocid1.x", "ServiceDisruption"), ("ocid1.n", "Informational")
    )
    snapshot = read("oci_status", {"realm": "OC1", "regionHealthReports": [
        {"regionId": "1", "regionName": "US East (Ashburn)", "serviceHealthReports": [down, slow]},
        {"regionId": "2", "regionName": "Brazil East (Sao Paulo)", "serviceHealthReports": [slow]},
        {"regionId": "3", "regionName": "France South", "serviceHealthReports": [oci_service("DNS", "NormalPerformance", ("ocid1.o", "NormalPerformance"))]},
    ]})  # fmt: skip
    assert states(snapshot) == {
        "US East (Ashburn)": State.MAJOR_OUTAGE,
        "Brazil East (Sao Paulo)": State.PARTIAL_OUTAGE,
        "France South": State.OPERATIONAL,
    }
    where = "US East (Ashburn), Brazil East (Sao Paulo)"
    assert posts(snapshot) == [
        ("ocid1.x", "incident", f"Compute, Block Volume in {where}", "investigating", State.MAJOR_OUTAGE),
        ("ocid1.n", "notice", f"Block Volume in {where}", "investigating", State.OPERATIONAL),
    ]
    assert snapshot.unknown_words == ()


@pytest.mark.parametrize("status", ["Sleeping", "service down!"])
def test_a_word_that_oracle_never_used_makes_a_region_unknown(status):
    services = [oci_service("DNS", status), oci_service("Compute", "NormalPerformance")]
    region = {"regionId": "1", "regionName": "R", "serviceHealthReports": services}
    snapshot = read("oci_status", {"regionHealthReports": [region]})
    assert (states(snapshot), snapshot.unknown_words) == ({"R": State.UNKNOWN}, (status,))


def test_oracle_without_regions_cannot_be_read():
    with pytest.raises(UnreadableFeed, match="lists no component"):
        read("oci_status", {"regionHealthReports": []})


OKTA = {
    "attributes": {"type": "Incident__c", "url": "/x"},
    "Id": "a9C1", "Status__c": "Investigating", "Category__c": "Service Disruption",
    "Incident_Title__c": "Sign-in [slow] \"here\"", "Okta_Sub_Service__c": "SSO", "Log__c": "<p>We look.</p>",
    "CreatedDate": "2026-03-01T10:00:00.000+0000", "Start_Time__c": "2026-03-01T09:40:00.000+0000",
    "Last_Updated__c": "2026-03-01T10:20:00.000+0000", "End_Time__c": None,
}  # fmt: skip


def okta_page(*rows, attribute=False):
    words = json.dumps(rows, separators=(",", ":"))
    if attribute:
        escaped = words.replace("&", "&amp;").replace('"', "&quot;")
        return f'<html><body><div data-id="incidents" data-value="{escaped}"></div></body></html>'
    return f'<html><body><span class="x" data-id="incidents">{words}</span><span>{{"a": 1}}</span></body></html>'


@pytest.mark.parametrize("attribute", [False, True])
def test_okta_s_incidents_stand_in_its_page(attribute):
    untitled = OKTA | {"Id": "a9C2", "Status__c": "Resolved", "Incident_Title__c": None, "Category__c": "Feature Disruption", "End_Time__c": "2026-03-01T11:00:00.000+0000"}  # fmt: skip
    snapshot = read("okta_html", okta_page(OKTA, untitled, attribute=attribute))
    assert posts(snapshot) == [
        ("a9C1", "incident", 'Sign-in [slow] "here"', "investigating", State.PARTIAL_OUTAGE),
        ("a9C2", "incident", "Feature Disruption: SSO", "resolved", State.DEGRADED),
    ]
    first, second = snapshot.posts
    assert (first.began_at.isoformat(), first.posted_at.isoformat()) == (
        "2026-03-01T09:40:00+00:00", "2026-03-01T10:00:00+00:00",
    )  # fmt: skip
    assert [update.body for update in first.updates] == ["We look."]
    assert second.resolved_at.isoformat() == "2026-03-01T11:00:00+00:00"


def test_okta_without_incidents_is_read_and_a_page_without_the_list_is_not():
    assert posts(read("okta_html", okta_page())) == []
    with pytest.raises(UnreadableFeed, match="no list of incidents"):
        read("okta_html", "<html><body>Sign in</body></html>")
