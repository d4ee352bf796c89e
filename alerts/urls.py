"""Addresses of the alerts app."""

from django.urls import URLPattern, path

from alerts import views

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/alerts/", views.alerts, name="alerts"),
    path("o/<slug:slug>/alerts/log/", views.delivery_log, name="delivery_log"),
    path(
        "o/<slug:slug>/alerts/log/<int:notification_id>/resend/", views.notification_resend, name="notification_resend"
    ),
    path("o/<slug:slug>/alerts/channels/new/", views.channel_new, name="channel_new"),
    path("o/<slug:slug>/alerts/channels/<int:channel_id>/test/", views.channel_test, name="channel_test"),
    path("o/<slug:slug>/alerts/channels/<int:channel_id>/enable/", views.channel_enable, name="channel_enable"),
    path("o/<slug:slug>/alerts/channels/<int:channel_id>/delete/", views.channel_delete, name="channel_delete"),
    path("o/<slug:slug>/alerts/routes/new/", views.route_new, name="route_new"),
    path("o/<slug:slug>/alerts/routes/<int:route_id>/delete/", views.route_delete, name="route_delete"),
    path("o/<slug:slug>/follow/", views.follow, name="follow"),
    path("o/<slug:slug>/unfollow/", views.unfollow, name="unfollow"),
]
