from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts import services


class Command(BaseCommand):
    help = "Give a person a new one-time password: for who has lost theirs where no mail is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: object) -> None:
        password = services.give_one_time_password(email)
        if password is None:
            raise CommandError(f"Nobody here has the address {email}. They can sign up at /accounts/signup/.")
        self.stdout.write(f"Log in as {email} with the one-time password {password}")
