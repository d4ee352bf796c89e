"""`manage.py one_time_password` is the way back in where no mail is sent."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_one_time_password_lets_a_person_in_and_has_to_be_changed():
    user = UserFactory(email="ada@example.com")
    out = StringIO()
    call_command("one_time_password", "Ada@example.com", stdout=out)
    user.refresh_from_db()
    assert (user.check_password(out.getvalue().split()[-1]), user.must_change_password) == (True, True)


def test_a_stranger_gets_none_and_is_told_what_to_do():
    with pytest.raises(CommandError, match=r"Nobody here has the address eve@example\.com\. They can sign up"):
        call_command("one_time_password", "eve@example.com")
