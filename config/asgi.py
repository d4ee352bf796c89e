"""The ASGI entry: HTTP to Django, but for the hooks of delivery providers; websockets to Channels."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

from kit.intake import Intake

LONGEST_BODY = 2_000_000  # bytes: more than any form or file may have, and little enough that Django keeps it in memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = Intake(get_asgi_application(), most=LONGEST_BODY)

from monitors.views.receiving import Hooks  # noqa: E402  (needs the apps to be loaded)
from pages.routing import websocket_urlpatterns  # noqa: E402  (needs the apps to be loaded)

application = ProtocolTypeRouter(
    {
        "http": Hooks(http),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
