"""Addresses of the monitors app."""

from django.urls import URLPattern, path

from monitors.views import (
    delivery_rules,
    hooks,
    imports,
    listing,
    monitors,
    own_providers,
    pings,
    receipts,
    report_api,
    report_questions,
    reports,
    windows,
)

urlpatterns: list[URLPattern] = [
    path("hooks/<slug:kind>/<str:token>", hooks.receipt_hook, name="receipt_hook"),
    path("ping/<str:token>", pings.ping, name="ping"),
    path("ping/<str:token>/", pings.ping),
    path("ping/<str:token>/<str:what>", pings.ping, name="ping_what"),
    path("ping/<str:token>/<str:what>/", pings.ping),
    path("ping/<str:key>/<str:slug>/<str:what>", pings.ping_by_name, name="ping_by_name"),
    path("providers/<slug:slug>/report/", reports.report_problem, name="report_problem"),
    path("providers/<slug:slug>/report/challenge", reports.report_challenge, name="report_challenge"),
    path("api/v1/reports", report_api.partner_reports, name="partner_reports"),
    path("me-too/<str:token>/", report_questions.report_question, name="report_question"),
    path("embed/<slug:slug>/report", reports.report_embedded, name="report_embedded"),
    path("o/<slug:slug>/receipts/", receipts.receipt_sources, name="receipts"),
    path("o/<slug:slug>/receipts/new/", receipts.receipt_source_new, name="receipt_source_new"),
    path("o/<slug:slug>/receipts/<int:source_id>/secret/", receipts.receipt_secret, name="receipt_secret"),
    path(
        "o/<slug:slug>/receipts/<int:source_id>/secret/remove/",
        receipts.receipt_secret_remove,
        name="receipt_secret_remove",
    ),
    path("o/<slug:slug>/receipts/<int:source_id>/lookup/", receipts.receipt_lookup, name="receipt_lookup"),
    path(
        "o/<slug:slug>/receipts/<int:source_id>/delete/", receipts.receipt_source_delete, name="receipt_source_delete"
    ),
    path("o/<slug:slug>/delivery/rules/", delivery_rules.delivery_rules, name="delivery_rules"),
    path("o/<slug:slug>/monitors/change/", listing.monitors_change, name="monitors_change"),
    path("o/<slug:slug>/monitors/windows/", windows.maintenance, name="monitor_windows"),
    path("o/<slug:slug>/monitors/windows/<int:window_id>/end/", windows.window_end, name="monitor_window_end"),
    path("o/<slug:slug>/monitors/import/", imports.monitors_import, name="monitors_import"),
    path("o/<slug:slug>/monitors/export.yaml", imports.monitors_export, name="monitors_export"),
    path("o/<slug:slug>/monitors/new/", monitors.monitor_new, name="monitor_new"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/edit/", monitors.monitor_edit, name="monitor_edit"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/pause/", monitors.monitor_pause, name="monitor_pause"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/mute/", monitors.monitor_mute, name="monitor_mute"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/delete/", monitors.monitor_delete, name="monitor_delete"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/address/", pings.ping_address_new, name="ping_address_new"),
    path("o/<slug:slug>/monitors/<int:monitor_id>/check/", monitors.monitor_check, name="monitor_check"),
    path("o/<slug:slug>/providers/", own_providers.own_provider_list, name="own_providers"),
    path("o/<slug:slug>/providers/add/", own_providers.own_provider_add, name="own_provider_add"),
    path("o/<slug:slug>/providers/<int:provider_id>/", own_providers.own_provider_edit, name="own_provider_edit"),
    path(
        "o/<slug:slug>/providers/<int:provider_id>/remove/",
        own_providers.own_provider_remove,
        name="own_provider_remove",
    ),
]
