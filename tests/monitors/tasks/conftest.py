import pytest

from tests.monitors.tasks.status_page import StatusPage, make_feed


@pytest.fixture
def page(settings):
    page = StatusPage()
    settings.ALLOWED_PRIVATE_HOSTS = [page.place]
    yield page
    page.close()


@pytest.fixture
def feed(db, page):
    return make_feed(page)
