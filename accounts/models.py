"""Who: people, organizations, and who belongs to which with what role."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kit.clock import clock


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **extra: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an email address. `is_staff` marks an operator of the installation."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)  # the one they have was printed for them
    date_joined = models.DateTimeField(default=clock)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_whatever_case")]

    def __str__(self) -> str:
        return self.email


class Role(models.TextChoices):
    """What a member may do; each role includes those below it."""

    VIEWER = "viewer", "Viewer"
    MEMBER = "member", "Member"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(other)


class Plan(models.Model):
    """What the organizations that are on it may have; operators name them. None: no limit but the installation's.

    `checks_kept_days` is how long single checks are kept, else settings.CHECKS_KEPT_DAYS; `most_monitors` counts
    paused ones too; `least_interval_s` is the shortest time between two checks of a monitor, in seconds.
    """

    name = models.CharField(max_length=50, unique=True)
    checks_kept_days = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    most_monitors = models.PositiveIntegerField(null=True, blank=True)
    least_interval_s = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(checks_kept_days__gte=1), name="plan_keeps_a_day")]

    def __str__(self) -> str:
        return self.name


class Organization(models.Model):
    """The tenant: whose monitors, receipts, routes and status pages these are. `plan` None: no limits of its own.

    `shares_counts_since` is when it agreed that its delivery counts, together with others', may speak of carriers to
    the public; None: it has not.
    """

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=50, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="organizations")
    shares_counts_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organization, with a role."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=clock)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_each"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role} of {self.organization_id}"
