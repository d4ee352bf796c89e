"""Addresses of the pages app."""

from django.urls import URLPattern, path

from pages.health import healthz
from pages.metrics import metrics

urlpatterns: list[URLPattern] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
]
