"""YAML bodies and answers, for the resources that are kept as code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from sla_project.operations.rest.parsers import text_of
from sla_project.operations.yaml import MEDIA_TYPE, yaml_read, yaml_write


class YAMLParser(BaseParser):
    media_type = MEDIA_TYPE

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return yaml_read(text_of(stream, parser_context or {}))


class YAMLRenderer(BaseRenderer):
    media_type = MEDIA_TYPE
    format = "yaml"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> str:
        return yaml_write(data)
