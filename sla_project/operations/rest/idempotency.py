"""`Idempotency-Key` on POST: the first answer is kept for 24 hours and given again.

The key is claimed before the work begins. A claim whose work never ended (the process died)
stays: whether it took effect is not known, so repeating it is refused, never done twice.
An answer that must not be stored, as that with a new token, is not; repeating it is refused, too.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from sla_project.operations.clock import clock_now
from sla_project.operations.errors import Invalid, NotPossible, Problem
from sla_project.operations.models import IdempotencyKey
from sla_project.operations.requests import user_of
from sla_project.operations.services import KEYS_KEPT

USABLE_KEY = re.compile(r"[!-~]{1,255}")
KEPT_HEADERS = ("Cache-Control", "Content-Type", "ETag", "Location", "WWW-Authenticate")


class KeyOfAnotherRequest(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_mismatch"


class Replay(Exception):
    """Ends the request with the answer that was given before."""

    def __init__(self, kept: IdempotencyKey) -> None:
        self.kept = kept
        super().__init__(kept.key)


class IdempotentPosts:
    """A mixin for API views; the router puts it before every view that it registers."""

    claim: IdempotencyKey | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]  # the view's, of which this is a part
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and request.user.is_authenticated:
            self.claim = _claim(request, key)

    def handle_exception(self, error: Exception) -> Any:
        if isinstance(error, Replay):
            return _replayed(error.kept)
        try:
            return super().handle_exception(error)  # type: ignore[misc]  # the view's, of which this is a part
        except Exception:
            self._release()
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # the view's, of which this is a part
        if self.claim is None:
            return response
        if response.status_code >= 500:
            self._release()
        elif hasattr(response, "add_post_render_callback"):
            response.add_post_render_callback(self._keep)
        else:
            self._keep(response)
        return response

    def _keep(self, response: Any) -> None:
        """Also runs after rendering, when the body is known."""
        if self.claim is not None:
            self.claim.status_code = response.status_code
            self.claim.body = "" if _is_secret(response) else response.content.decode()
            self.claim.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            self.claim.save()

    def _release(self) -> None:
        """The work did not take place, so the same key may try again."""
        if self.claim is not None:
            self.claim.delete()
            self.claim = None


def _claim(request: Request, key: str) -> IdempotencyKey:
    """A new claim. Raises Replay, or what forbids using this key."""
    if not USABLE_KEY.fullmatch(key):
        message = _("An Idempotency-Key is 1 to 255 visible ASCII characters.")
        raise Invalid([Problem("", "invalid_idempotency_key", message)])
    now, fingerprint = clock_now(), _fingerprint(request)
    keys = IdempotencyKey.objects.filter(user=user_of(request), key=key)
    keys.filter(created_at__lt=now - KEYS_KEPT).delete()
    kept, created = IdempotencyKey.objects.get_or_create(
        user=user_of(request), key=key, defaults={"request_hash": fingerprint, "created_at": now}
    )
    if created:
        return kept
    if kept.request_hash != fingerprint:
        raise KeyOfAnotherRequest(_("This Idempotency-Key was used for another request."))
    if kept.status_code is None:
        message = _("A request with this Idempotency-Key has begun and not ended. Look before you repeat it.")
        raise NotPossible(message, code="idempotency_in_progress")
    if _is_secret(kept):
        message = _("This was done under this Idempotency-Key. Its answer was shown once and is not kept.")
        raise NotPossible(message, code="idempotency_not_kept")
    raise Replay(kept)


def _is_secret(answer: HttpResponse | IdempotencyKey) -> bool:
    return "no-store" in answer.headers.get("Cache-Control", "")


def _fingerprint(request: Request) -> str:
    """What makes two requests the same: method, address with its query, and body."""
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request._request.body).hexdigest()


def _replayed(kept: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(kept.body, status=kept.status_code, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response
