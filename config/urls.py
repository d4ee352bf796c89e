"""Which address leads where; each app keeps its own list."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("monitors.urls")),
    path("", include("incidents.urls")),
    path("", include("alerts.urls")),
    path("", include("pages.urls")),
]
