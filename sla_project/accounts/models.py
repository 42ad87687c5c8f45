"""Who uses the console: people with one role each, teams, and tokens for machines."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from sla_project.operations.codes import foreign_code
from sla_project.operations.zones import validate_time_zone


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Agent")


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).strip(), **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})


class User(AbstractBaseUser):
    """A person who signs in with an email address; what one may do follows from the role."""

    email = models.EmailField(_("email address"), max_length=254, unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.AGENT)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        ordering = ["display_name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email",
                violation_error_message=_("A user with this email address exists already."),
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin (if served at all) lets this user in."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Administrators may do everything, managers see everything."""
        if not self.is_active:
            return False
        views = perm.rpartition(".")[2].startswith("view_")
        return self.role == Role.ADMINISTRATOR or (self.role == Role.MANAGER and views)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.role != Role.AGENT


class Team(models.Model):
    """A group of agents that cases are assigned to, with a lead and an address for mail."""

    code = models.CharField(_("code"), max_length=64, unique=True, validators=[foreign_code])
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email address"), blank=True)
    lead = models.ForeignKey(
        User,
        verbose_name=_("lead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teams_led",
    )
    members = models.ManyToManyField(User, verbose_name=_("members"), blank=True, related_name="teams")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class TokenScope(models.TextChoices):
    READ = "read", _("Read only")
    WRITE = "write", _("Read and write")


class ApiToken(models.Model):
    """A key for the REST API that acts as its user; only its SHA-256 hash is kept.

    A token is 256 random bits, so a plain hash is as good as a slow one and can be looked up.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("scope"), max_length=8, choices=TokenScope, default=TokenScope.READ)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def plaintext_new() -> str:
        return f"sla_{secrets.token_urlsafe(32)}"

    @staticmethod
    def hash_of(plaintext: str) -> str:
        return hashlib.sha256(plaintext.encode()).hexdigest()

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


class LoginFailure(models.Model):
    """A failed attempt to sign in, kept for as long as it slows the next ones down."""

    email = models.CharField(max_length=254)
    address = models.GenericIPAddressField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["address", "email", "at"], name="accounts_loginfailure_recent"),
            models.Index(fields=["at"], name="accounts_loginfailure_at"),
        ]

    def __str__(self) -> str:
        return f"{self.email} from {self.address}"
