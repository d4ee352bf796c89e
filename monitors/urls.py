"""Addresses of the monitors app."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
