"""What accounts does when allauth says that something happened."""

from accounts import services
from accounts.models import User


def on_password_changed(sender: object, user: User, **kwargs: object) -> None:
    services.password_was_changed(user)
