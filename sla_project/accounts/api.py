"""`me/`, `users/`, `teams/` and `tokens/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from sla_project.accounts import services
from sla_project.accounts.filters import TeamFilter, UserFilter
from sla_project.accounts.models import ApiToken, Team, TokenScope, User
from sla_project.accounts.openapi import TokenScheme as TokenScheme
from sla_project.accounts.policy import Configure, SignedIn
from sla_project.accounts.selectors import tokens_seen_by
from sla_project.operations.clock import clock_now
from sla_project.operations.requests import user_of
from sla_project.operations.rest import check_if_match
from sla_project.operations.rest.documents import DocumentViewSet
from sla_project.operations.rest.relations import WordField
from sla_project.operations.rest.routers import ConsoleRouter
from sla_project.operations.rest.strict import KnownKeysOnly


class UserSerializer(KnownKeysOnly, serializers.ModelSerializer[User]):
    password = serializers.CharField(
        write_only=True, required=False, max_length=128, trim_whitespace=False, help_text="None: no sign-in."
    )

    class Meta:
        model = User
        fields = ["id", "email", "display_name", "time_zone", "role", "is_active", "password"]


class MeSerializer(UserSerializer):
    class Meta(UserSerializer.Meta):
        fields = ["id", "email", "display_name", "time_zone", "role", "is_active"]
        read_only_fields = ["email", "role", "is_active"]


class MeView(APIView):
    """Whoever asks."""

    permission_classes = [SignedIn]
    etags = True

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return self._answer(user_of(request))

    @extend_schema(request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        with transaction.atomic():
            user = services.user_locked(user_of(request))
            check_if_match(request, services.user_etag(user))
            serializer = MeSerializer(user, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            user = services.user_update(user=user, changes=serializer.validated_data, by=user, now=clock_now())
        return self._answer(user)

    @staticmethod
    def _answer(user: User) -> Response:
        return Response(MeSerializer(user).data, headers={"ETag": services.user_etag(user)})


class UserViewSet(DocumentViewSet):
    """People. They are never deleted, for history names them: set `is_active` to false."""

    permission_classes = [Configure]
    http_method_names = ["get", "post", "patch", "head", "options"]
    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilter
    ordering = "display_name"
    ordering_fields = ["display_name", "email", "id"]

    def etag(self, obj: User) -> str:
        return services.user_etag(obj)

    def lock(self, obj: User) -> None:
        services.user_locked(obj)

    def write_new(self, values: Mapping[str, Any]) -> Any:
        fields = dict(values)
        password = fields.pop("password", None)
        return self.call(services.user_create, fields=fields, password=password)

    def write_changes(self, obj: User, values: Mapping[str, Any]) -> None:
        changes = dict(values)
        password = changes.pop("password", None)
        self.call(services.user_update, user=obj, changes=changes, password=password)


class TeamSerializer(KnownKeysOnly, serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ["id", "code", "name", "email", "lead", "members"]


class TeamViewSet(DocumentViewSet):
    """Groups of agents that cases are assigned to."""

    permission_classes = [Configure]
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    queryset = Team.objects.prefetch_related("members")
    serializer_class = TeamSerializer
    filterset_class = TeamFilter
    ordering = "name"
    ordering_fields = ["name", "code", "id"]

    def etag(self, obj: Team) -> str:
        return services.team_etag(obj)

    def write_new(self, values: Mapping[str, Any]) -> Any:
        return self._save(Team(), values)

    def write_changes(self, obj: Team, values: Mapping[str, Any]) -> None:
        self._save(obj, values)

    def remove(self, obj: Team) -> None:
        self.call(services.team_delete, team=obj)

    def _save(self, team: Team, values: Mapping[str, Any]) -> Any:
        changes = dict(values)
        members = changes.pop("members", None)
        return self.call(services.team_save, team=team, changes=changes, members=members)


class ApiTokenSerializer(KnownKeysOnly, serializers.ModelSerializer[ApiToken]):
    user = serializers.CharField(source="user.email", read_only=True)
    scope = WordField(choices=TokenScope.choices, default=TokenScope.READ)

    class Meta:
        model = ApiToken
        fields = ["id", "name", "user", "prefix", "scope", "created_at", "expires_at", "last_used_at"]
        read_only_fields = ["prefix", "created_at", "last_used_at"]


class NewApiTokenSerializer(ApiTokenSerializer):
    token = serializers.CharField(read_only=True, help_text="The plain text; it is shown only here.")

    class Meta(ApiTokenSerializer.Meta):
        fields = [*ApiTokenSerializer.Meta.fields, "token"]


class ApiTokenViewSet(
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    mixins.ListModelMixin,
    viewsets.GenericViewSet[ApiToken],
):
    """Your own keys to this API; administrators see and revoke everybody's."""

    permission_classes = [SignedIn]
    queryset = ApiToken.objects.all()
    serializer_class = ApiTokenSerializer

    def get_queryset(self) -> QuerySet[ApiToken]:
        if not self.request.user.is_authenticated:  # the schema is made without a user
            return super().get_queryset()
        return tokens_seen_by(self.request.user)

    @extend_schema(request=ApiTokenSerializer, responses={201: NewApiTokenSerializer})
    def create(self, request: Request) -> Response:
        serializer = ApiTokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked: dict[str, Any] = serializer.validated_data
        token, plaintext = services.token_create(
            user=user_of(request),
            name=asked["name"],
            scope=asked["scope"],
            expires_at=asked.get("expires_at"),
            by=user_of(request),
            through=request.auth if isinstance(request.auth, ApiToken) else None,
            now=clock_now(),
        )
        body = {**ApiTokenSerializer(token).data, "token": plaintext}
        return Response(body, status=status.HTTP_201_CREATED, headers={"Cache-Control": "no-store"})

    def perform_destroy(self, instance: ApiToken) -> None:
        services.token_revoke(token=instance, by=user_of(self.request), now=clock_now())


def register(router: ConsoleRouter) -> None:
    router.register_single("me", MeView)
    router.register("users", UserViewSet)
    router.register("teams", TeamViewSet)
    router.register("tokens", ApiTokenViewSet, basename="token")
