"""Import a file in a browser: look at what becomes of it, make it, see it."""

import pytest
from django.urls import reverse

from monitors.models import Monitor
from tests.e2e.test_own_providers import admin, database_beside_playwright, fits
from tests.monitors.imports.test_importing import KUMA

__all__ = ["admin", "database_beside_playwright"]  # fixtures
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_pasted_file_is_looked_at_made_and_listed(page, live_server, admin):
    page.goto(live_server.url + reverse("monitors_import", args=[admin.organization.slug]))
    fits(page)
    page.get_by_label("Or its text").fill("monitorList: [")
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("this is no YAML").wait_for()
    fits(page)
    page.get_by_label("Or its text").fill(KUMA)
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("2 new, 0 already there, 2 cannot be").wait_for()
    fits(page)
    page.get_by_role("button", name="Make 2 monitors").click()
    page.get_by_text("2 monitors are watched from now on").wait_for()
    assert Monitor.objects.filter(organization=admin.organization).count() == 2


def test_a_chosen_file_is_read_and_the_export_can_be_imported_again(page, live_server, admin, tmp_path):
    file = tmp_path / "backup.json"
    file.write_text(KUMA)
    address = live_server.url + reverse("monitors_import", args=[admin.organization.slug])
    page.goto(address)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Make 2 monitors").click()
    page.goto(address)
    with page.expect_download() as export:
        page.get_by_role("link", name="Export the monitors of Globex").click()
    page.get_by_label("File").set_input_files(export.value.path())
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("StatusWire: 0 new, 2 already there, 0 cannot be.").wait_for()
    fits(page)
