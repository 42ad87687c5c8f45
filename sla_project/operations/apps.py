from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "sla_project.operations"
    verbose_name = "Operations"
