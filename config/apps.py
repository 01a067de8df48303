from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RoofConfig(AppConfig):
    """The roof's own commands: the demo, a new site, the list of routes."""

    name = "config"
    default = True


class DoorstepAdminConfig(AdminConfig):
    """The stock admin with our site class: one sign-in page, one look, a home page of its own."""

    default_site = "config.admin_site.DoorstepAdminSite"
    default = False
