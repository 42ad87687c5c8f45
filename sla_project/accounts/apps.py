from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sla_project.accounts"
    verbose_name = "People"
