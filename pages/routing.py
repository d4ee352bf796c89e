"""Which websocket address leads to which consumer."""

from django.urls import path

from pages import consumers

websocket_urlpatterns = [
    path("ws/providers/<slug:slug>/", consumers.ProviderConsumer.as_asgi()),
    path("ws/o/<slug:slug>/", consumers.OrganizationConsumer.as_asgi()),
    path("ws/s/<slug:slug>/", consumers.StatusPageConsumer.as_asgi()),
]
