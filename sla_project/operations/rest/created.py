"""`Location` on 201: where what was made is read from now on."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.request import Request
from rest_framework.reverse import reverse


class LocatedCreations:
    """A mixin for API views; the router puts it before every view that it registers."""

    basename: str

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]  # the view's, of which this is a part
        if response.status_code == status.HTTP_201_CREATED and "Location" not in response:
            response["Location"] = reverse(f"{self.basename}-detail", args=[response.data["id"]], request=request)
        return response
