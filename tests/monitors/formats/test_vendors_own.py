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


def rss(*items):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Microsoft Admin Center Status</title>{"".join(items)}</channel></rss>'


@pytest.mark.parametrize(
    ("word", "state", "unknown"),
    [
        ("Available", State.OPERATIONAL, ()),
        ("ServiceInterruption", State.MAJOR_OUTAGE, ()),
        ("Service degradation", State.DEGRADED, ()),
        ("Investigation", State.UNKNOWN, ()),
        ("Fabulous", State.UNKNOWN, ("Fabulous",)),
    ],
)
def test_microsoft_says_a_state_in_a_tag_of_its_own(word, state, unknown):
    feed = rss(
        f"<item><title>Microsoft admin center</title><status>{word}</status><description>Text</description></item>"
    )
    snapshot = read("ms365_rss", feed)
    assert (states(snapshot), snapshot.unknown_words) == ({"Microsoft admin center": state}, unknown)


def test_microsoft_s_consumer_services_are_a_list():
    rows = [{"ServiceDisplayName": name, "ServiceWorkloadName": name.lower(), "Status": word, "Message": "<b>x</b>"}
            for name, word in (("Outlook.com", "Operational"), ("OneDrive", "Service degradation"))]  # fmt: skip
    snapshot = read("ms365_rss", rows)
    assert states(snapshot) == {"Outlook.com": State.OPERATIONAL, "OneDrive": State.DEGRADED}


@pytest.mark.parametrize("feed", [rss(), rss("<item><title>Admin center</title></item>")])
def test_silence_of_microsoft_is_no_good_news(feed):
    with pytest.raises(UnreadableFeed, match=r"lists no component|has no <status>"):
        read("ms365_rss", feed)


def hund(title, key="6123abc"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>State</title><entry>'
        f"<id>tag:status.example.com,2005:State::FeedNotifier::Entry/{key}</id>"
        f'<link rel="alternate" href="https://status.example.com/issues/{key}"/><title>{title}</title>'
        "<published>2026-05-01T10:00:00Z</published><updated>2026-05-01T12:00:00Z</updated>"
        '<content type="html">&lt;p&gt;All is well.&lt;/p&gt;</content></entry></feed>'
    )


@pytest.mark.parametrize(
    ("title", "kind", "phase", "name"),
    [
        ("[Investigating] Slow logins", "incident", "investigating", "Slow logins"),
        ("[Gelöst] Login gestört", "incident", "resolved", "Login gestört"),
        ("[Ended] Maintenance Window: DB", "maintenance", "completed", "Maintenance Window: DB"),
        ("[Resolved] Maintenance of DB", "maintenance", "completed", "Maintenance of DB"),
        ("[Pondering] Slow logins", "incident", "unknown", "Slow logins"),
        ("Web is operational", "notice", "unknown", "Web is operational"),
    ],
)
def test_hund_says_in_the_title_how_far_an_issue_is(title, kind, phase, name):
    snapshot = read("hund", hund(title))
    (post,) = snapshot.posts
    assert (post.external_id, post.kind, post.phase, post.title) == ("6123abc", kind, phase, name)
    assert post.resolved_at is None or post.resolved_at.isoformat() == "2026-05-01T12:00:00+00:00"
    assert snapshot.unknown_words == (("Pondering",) if "Pondering" in title else ())


XBOX = {"Account & profile": "None", "Store": "Limited", "Cloud": "Impacted", "Social": "On fire"}


@pytest.mark.parametrize("make", ["json", "xml"])
def test_xbox_lists_its_services_as_json_and_as_xml(make):
    if make == "json":
        body = {"Status": {}, "CoreServices": [{"Name": n, "Status": {"Name": w}} for n, w in XBOX.items()]}
    else:
        scenario = "<Scenarios><Scenario><Name>Sign in</Name><Status><Name>Major</Name></Status></Scenario></Scenarios>"
        rows = "".join(
            f"<Category><Id>1</Id><Name>{n.replace('&', '&amp;')}</Name>{scenario}<Status><Id>1</Id><Name>{w}</Name></Status><Empty/></Category>"
            for n, w in XBOX.items()
        )
        body = f"<ServiceStatus><Status><Name>x</Name></Status><CoreServices>{rows}</CoreServices><Titles><Category><Name>No</Name></Category></Titles></ServiceStatus>"
    snapshot = read("xbox_status", body)
    assert states(snapshot) == {
        "Account & profile": State.OPERATIONAL, "Store": State.DEGRADED, "Cloud": State.PARTIAL_OUTAGE,
        "Social": State.UNKNOWN,
    }  # fmt: skip
    assert snapshot.unknown_words == ("On fire",)


def adobe(incidents=None, maintenances=None):
    return {"incidentEvent": {"incidents": incidents or {}}, "maintenanceEvent": {"maintenance": maintenances or {}}}


def step(status, severity):
    return {"id": status, "status": status, "severity": severity}


def test_an_incident_of_adobe_is_over_when_it_is_for_every_product():
    sign, stock = (
        {"id": "1", "name": "Sign", "history": {"1767225600000": step("Opened", "Major"), "1767232800000": step("Closed", "Minor")}},
        {"id": "2", "name": "Stock", "history": {"1767229200000": step("Opened", "Minor")}},
    )  # fmt: skip
    both = read("adobe_api", adobe({"77": {"id": "77", "clouds": {}, "products": {"1": sign, "2": stock}}})).posts[0]
    one = read("adobe_api", adobe({"77": {"id": "77", "clouds": {}, "products": {"1": sign}}})).posts[0]
    assert (both.title, both.phase, both.impact) == ("Sign, Stock: incident", "investigating", State.MAJOR_OUTAGE)
    assert [update.at.hour for update in both.updates] == [0, 1, 2]
    assert (one.phase, one.resolved_at.isoformat()) == ("resolved", "2026-01-01T02:00:00+00:00")


def test_a_maintenance_of_adobe_names_what_it_touches():
    row = {"id": "5", "status": "Canceled", "clouds": {"9": {"id": "9", "name": "Creative Cloud"}}, "products": {}}
    (post,) = read("adobe_api", adobe(maintenances={"5": row})).posts
    assert (post.kind, post.title, post.phase) == ("maintenance", "Creative Cloud: maintenance", "completed")


def test_adobe_with_nothing_wrong_lists_nothing_and_a_new_word_is_kept():
    assert read("adobe_api", adobe()).posts == ()
    product = {"id": "1", "name": "Sign", "history": {"1767225600000": step("Pondered", "Cosmic")}}
    assert read("adobe_api", adobe({"7": {"products": {"1": product}}})).unknown_words == ("Cosmic", "Pondered")


def devops(*services):
    data = {"data": {"ms.vss-status-web.public-status-data-provider": {"serviceStatus": {"services": services}}}}
    return f'<html><body><script id="dataProviders" type="application/json">{json.dumps(data)}</script></body></html>'


def test_azure_devops_has_a_state_for_each_service_and_geography():
    geographies = [{"name": "Brazil", "health": 4}, {"name": "Europe", "health": 2}, {"name": "Asia", "health": 9}]
    snapshot = read("azure_devops_html", devops({"id": "Boards", "geographies": geographies}))
    assert [(c.external_id, c.group_id, c.state) for c in snapshot.components] == [
        ("Boards", None, State.DEGRADED),
        ("Boards/Brazil", "Boards", State.OPERATIONAL),
        ("Boards/Europe", "Boards", State.DEGRADED),
        ("Boards/Asia", "Boards", State.UNKNOWN),
    ]
    assert snapshot.unknown_words == ("9",)
    with pytest.raises(UnreadableFeed, match="lists no component"):
        read("azure_devops_html", devops())
