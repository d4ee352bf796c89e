"""Addresses of the accounts app."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("o/", views.home_of_member, name="home_of_member"),
    path("o/new/", views.organization_new, name="organization_new"),
    path("o/<slug:slug>/sharing/", views.sharing, name="receipt_sharing"),
    path("o/<slug:slug>/settings/", views.organization_settings, name="organization_settings"),
    path("o/<slug:slug>/members/", views.members, name="members"),
    path("o/<slug:slug>/members/add/", views.member_add, name="member_add"),
    path("o/<slug:slug>/members/<int:membership_id>/role/", views.member_change, name="member_change"),
    path("o/<slug:slug>/members/<int:membership_id>/remove/", views.member_remove, name="member_remove"),
]
