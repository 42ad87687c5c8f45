"""How the API knows its caller: a token in the Authorization header, or the console's session."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from sla_project.accounts.models import ApiToken, User
from sla_project.operations.clock import clock_now

KEYWORDS = (b"token", b"bearer")
# Writing a row for every request would make reading slow.
LAST_USED_PRECISION = timedelta(minutes=1)


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Token sla_…`; `Bearer` is accepted too."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = authentication.get_authorization_header(request).split()
        if not parts or parts[0].lower() not in KEYWORDS:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Give one token: “Authorization: Token sla_…”."))
        now = clock_now()
        token = self._token(parts[1], now)
        self._note_use(token, now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Token realm="api"'

    @staticmethod
    def _token(plaintext: bytes, now: datetime) -> ApiToken:
        hashed = ApiToken.hash_of(plaintext.decode("latin-1"))
        token = ApiToken.objects.select_related("user").filter(key_hash=hashed).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("This token is not known."))
        if token.is_expired(now):
            raise AuthenticationFailed(_("This token has expired."))
        return token

    @staticmethod
    def _note_use(token: ApiToken, now: datetime) -> None:
        if token.last_used_at is None or now - token.last_used_at >= LAST_USED_PRECISION:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
