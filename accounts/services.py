"""The only writer of the tables of accounts."""

import re
import secrets
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.utils.text import slugify

from accounts.models import Membership, Organization, Role, User

# Names that would shadow an address of ours or pretend to be us.
RESERVED_SLUGS = frozenset(
    "about account accounts admin api app assets billing blog docs healthz help hooks incidents is login logout "
    "metrics new o page pages providers root s security settings signup static status statuswire support system "
    "test user users webhooks well-known ws www".split()
)
# Domains that say nothing about who somebody works for.
MAIL_PROVIDERS = frozenset(
    "gmail googlemail outlook hotmail live yahoo icloud me proton protonmail gmx web aol mail".split()
)


class NotAllowed(Exception):
    """What was asked for would break a rule; the message says which, for people."""


def free_slug(wish: str) -> str:
    """Return a slug made of `wish` that no organization has and that is not reserved."""
    stem = slugify(wish)[:40] or "organization"
    if stem in RESERVED_SLUGS:
        stem = f"{stem}-team"
    taken = set(Organization.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in range(len(taken) + 1) if (slug := stem if n == 0 else f"{stem}-{n + 1}") not in taken)


def guessed_name(email: str) -> str:
    """Return a name for the organization of a person with this address: the word of its domain, if it says anything."""
    domain = email.rpartition("@")[2]
    word = re.split(r"\.", domain)[0]
    return "" if word in MAIL_PROVIDERS else word.replace("-", " ").title()


def create_organization(name: str, owner: User, *, now: datetime, slug: str = "") -> Organization:
    """Create an organization with `owner` as its owner. Raises NotAllowed for a slug that is reserved or taken."""
    if slug in RESERVED_SLUGS:
        raise NotAllowed(f"{slug} is reserved. Choose another address.")
    with transaction.atomic():
        if slug and Organization.objects.filter(slug=slug).exists():
            raise NotAllowed(f"{slug} is taken. Choose another address.")
        organization = Organization.objects.create(
            name=name.strip()[:100], slug=slug or free_slug(name), created_at=now
        )
        Membership.objects.create(organization=organization, user=owner, role=Role.OWNER, created_at=now)
    return organization


def change_organization(organization: Organization, *, name: str, time_zone: str) -> None:
    """Give an organization another name or zone. Windows that are planned keep the zone they were planned in."""
    Organization.objects.filter(id=organization.id).update(name=name.strip()[:100], time_zone=time_zone)


def share_counts(organization: Organization, *, shares: bool, now: datetime) -> None:
    """Let an organization's delivery counts speak to the public together with others', or stop that.

    What was counted before it agreed never does; agreeing twice changes nothing.
    """
    if shares:
        Organization.objects.filter(id=organization.id, shares_counts_since=None).update(shares_counts_since=now)
    else:
        Organization.objects.filter(id=organization.id).update(shares_counts_since=None)


def create_first_owner(email: str, *, now: datetime) -> tuple[User, str] | None:
    """On an installation without any person, create one with an organization; return it and its one-time password.

    None where somebody exists already. The person is led to choose a password of their own at the first login.
    """
    password = secrets.token_urlsafe(12)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('first owner'))")  # two machines may start at once
        if User.objects.exists():
            return None
        user = User.objects.create_user(email, password, is_staff=True, is_superuser=True, must_change_password=True)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)  # the operator's own word
        create_organization("My organization", user, now=now)
    return user, password


def give_one_time_password(email: str) -> str | None:
    """Replace a person's password by one that is led to be changed at the first login; None: nobody has the address."""
    password = secrets.token_urlsafe(12)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email__iexact=email).first()
        if user is None:
            return None
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
    return password


def password_was_changed(user: User) -> None:
    """Remember that a person has chosen a password of their own."""
    User.objects.filter(id=user.id, must_change_password=True).update(must_change_password=False)


def add_member(organization: Organization, email: str, role: Role, *, now: datetime) -> Membership:
    """Make the person with this address a member. Raises NotAllowed if nobody has it or they are one already."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise NotAllowed(f"Nobody here has the address {email}. Ask them to sign up first, then add them.")
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": role, "created_at": now}
        )
    if not is_new:
        raise NotAllowed(f"{email} is a member already.")
    return membership


def change_role(organization: Organization, membership_id: int, role: Role) -> None:
    """Give a member another role. Raises NotAllowed if nobody would be left as owner."""
    with transaction.atomic():
        membership = _locked(organization, membership_id)
        if membership.role == Role.OWNER and role != Role.OWNER:
            _keep_an_owner(organization, membership)
        membership.role = role
        membership.save(update_fields=["role"])


def remove_member(organization: Organization, membership_id: int) -> None:
    """End a membership. Raises NotAllowed if nobody would be left as owner."""
    with transaction.atomic():
        membership = _locked(organization, membership_id)
        if membership.role == Role.OWNER:
            _keep_an_owner(organization, membership)
        membership.delete()


def _locked(organization: Organization, membership_id: int) -> Membership:
    # The organization's lock: two owners who demote each other at once must not both succeed.
    Organization.objects.select_for_update(no_key=True).get(id=organization.id)
    membership = Membership.objects.filter(organization=organization, id=membership_id).first()
    if membership is None:
        raise NotAllowed("This person is no longer a member.")
    return membership


def _keep_an_owner(organization: Organization, leaving: Membership) -> None:
    others = Membership.objects.filter(organization=organization, role=Role.OWNER).exclude(id=leaving.id)
    if not others.exists():
        raise NotAllowed("This is the last owner. Make somebody else an owner first.")
