"""The pages of import and export, by admins, lesser roles and strangers."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from accounts.models import Role
from config.asgi import LONGEST_BODY
from monitors.imports.documents import MAX_BYTES
from monitors.models import Monitor
from tests.factories import MembershipFactory, MonitorFactory
from tests.monitors.imports.test_importing import KUMA

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    membership = MembershipFactory(role=Role.ADMIN)
    client.force_login(membership.user)
    return membership


def address(membership, name="monitors_import"):
    return reverse(name, args=[membership.organization.slug])


def test_a_file_is_looked_at_and_then_made_once(client, admin):
    seen = client.post(address(admin), {"file": SimpleUploadedFile("backup.json", KUMA.encode())})
    text = seen.content.decode()
    assert (seen.status_code, "no-store" in seen["Cache-Control"]) == (200, True)
    assert "2 new, 0 already there, 2 cannot be" in text
    assert text.index("Container") < text.index("Nightly")  # what cannot be comes first
    assert "Its push address: let the job ping the new one." in text
    assert not Monitor.objects.exists()
    for _ in range(2):
        made = client.post(address(admin), {"pasted": KUMA.replace("\n", "\r\n"), "confirm": "yes"})
    assert Monitor.objects.filter(organization=admin.organization).count() == 2
    assert "There is nothing to make" in made.content.decode()


def test_what_was_made_is_said_on_the_list(client, admin):
    answer = client.post(address(admin), {"pasted": KUMA, "confirm": "yes"}, follow=True)
    assert "2 monitors are watched from now on; 2 could not be made." in answer.content.decode()


def test_a_file_that_is_not_taken_in_to_its_end_is_said_to_be_too_long(client, admin):
    file = SimpleUploadedFile("x.json", b"x" * 5_000_000)
    body = encode_multipart(BOUNDARY, {"file": file})
    came = {"wsgi.input": BytesIO(body[:LONGEST_BODY]), "CONTENT_LENGTH": str(len(body))}
    answer = client.generic("POST", address(admin), body, MULTIPART_CONTENT, **came)
    assert (answer.status_code, f"{MAX_BYTES:,} bytes can be read. Split it" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "There is nothing in it."),
        ({"pasted": "a: b\0c"}, "Null characters are not allowed."),
        ({"pasted": "hello"}, "This is none of the files that StatusWire reads."),
        ({"pasted": "a: [1"}, "this is no YAML"),
        ({"file": SimpleUploadedFile("x.json", b"a\0")}, "null bytes"),
        ({"file": SimpleUploadedFile("x.json", b"\xff")}, "x.json is no UTF-8 text."),
        ({"file": SimpleUploadedFile("x.json", b"x" * 10_000_000)}, f"{MAX_BYTES:,} can be read"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(client, admin, data, words):
    for file in filter(lambda value: hasattr(value, "seek"), data.values()):
        file.seek(0)
    answer = client.post(address(admin), data)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_words_of_a_file_are_shown_as_words(client, admin):
    text = 'statuswire: 1\nmonitors: [{name: "</textarea><script>alert(1)</script>", target: x}]'
    answer = client.post(address(admin), {"pasted": text}).content.decode()
    assert "<script>alert(1)" not in answer


def test_an_export_is_a_file_without_secrets(client, admin):
    MonitorFactory(organization=admin.organization, target="https://api.example.com/?token=hush-hush")
    MonitorFactory(name="Somebody else's")
    answer = client.get(address(admin, "monitors_export"))
    assert answer["Content-Disposition"] == f'attachment; filename="{admin.organization.slug}-monitors.yaml"'
    assert answer.content.decode().count("- name:") == 1
    assert "hush" not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.MEMBER, 403), (Role.ADMIN, 200), (Role.OWNER, 200)]
)
def test_who_may(client, role, status):
    membership = MembershipFactory(role=role)
    client.force_login(membership.user)
    statuses = [
        client.get(address(membership)).status_code,
        client.get(address(membership, "monitors_export")).status_code,
        client.post(address(membership), {"pasted": KUMA}).status_code,
    ]
    assert statuses == [status] * 3


def test_strangers_find_nothing(client, admin):
    other = MembershipFactory()
    MonitorFactory(organization=other.organization)
    for name in ("monitors_import", "monitors_export"):
        assert client.get(address(other, name)).status_code == 404
    assert client.post(address(other), {"pasted": KUMA, "confirm": "yes"}).status_code == 404
    assert Monitor.objects.count() == 1


def test_an_interval_of_another_tool_survives_the_form(client, admin):
    monitor = MonitorFactory(organization=admin.organization, interval_s=45)
    page = client.get(reverse("monitor_edit", args=[admin.organization.slug, monitor.id])).content.decode()
    assert '<option value="45" selected>45 seconds</option>' in page
