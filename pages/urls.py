"""Addresses of the pages app."""

from django.urls import URLPattern, path

from pages.health import healthz
from pages.metrics import metrics
from pages.views import (
    calendars,
    delivery,
    design,
    monitors,
    organization,
    public,
    record,
    scopes,
    settings,
    status_page,
)

urlpatterns: list[URLPattern] = [
    path("", public.home, name="home"),
    path("about", public.about, name="about"),
    path("_design", design.design, name="design"),
    path("providers/", public.directory_page, name="directory"),
    path("providers/<slug:slug>/", public.provider, name="provider"),
    path("providers/<slug:slug>/history/", record.provider_history, name="provider_history"),
    path("providers/<slug:slug>/maintenances.ics", calendars.maintenances_ics, name="maintenances_ics"),
    path("providers/<slug:slug>/components/<int:component_id>/", scopes.component, name="component"),
    path("countries/", scopes.country_list, name="countries"),
    path("countries/<str:code>/", scopes.country, name="country"),
    path("carriers/<slug:slug>/", scopes.carrier, name="carrier"),
    path("is/<slug:slug>/down", public.is_down, name="is_down"),
    path("incidents/<str:uid>/", public.incident, name="incident"),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("o/<slug:slug>/", organization.dashboard, name="dashboard"),
    path("o/<slug:slug>/delivery/", delivery.delivery, name="message_delivery"),
    path("o/<slug:slug>/follow/new/", organization.follow_new, name="follow_new"),
    path("o/<slug:slug>/incidents/", organization.organization_incidents, name="organization_incidents"),
    path("o/<slug:slug>/incidents/<str:uid>/", organization.organization_incident, name="organization_incident"),
    path(
        "o/<slug:slug>/incidents/<str:uid>/acknowledge/", organization.incident_acknowledge, name="incident_acknowledge"
    ),
    path("o/<slug:slug>/monitors/", monitors.monitor_list, name="monitor_list"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/", monitors.monitor_detail, name="monitor_detail"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/changes/", monitors.monitor_changes, name="monitor_changes"),
    path("o/<slug:slug>/page/", settings.page_settings, name="page_settings"),
    path("o/<slug:slug>/page/rows/add/", settings.page_row_add, name="page_row_add"),
    path("o/<slug:slug>/page/rows/<int:row_id>/", settings.page_row_change, name="page_row_change"),
    path("s/<slug:slug>/", status_page.status_page, name="status_page"),
    path("s/<slug:slug>/incidents/<str:uid>/", status_page.status_page_incident, name="status_page_incident"),
    path("s/<slug:slug>/api/v2/summary.json", status_page.summary_json, name="status_page_summary"),
    path("s/<slug:slug>/api/v2/status.json", status_page.status_json, name="status_page_status"),
]
