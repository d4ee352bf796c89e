"""Which address leads where; each app keeps its own list."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# Operators log in where everybody does, so that guessing is slowed down there too.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("monitors.urls")),
    path("", include("incidents.urls")),
    path("", include("alerts.urls")),
    path("", include("pages.urls")),
]
