from django.contrib.admin.apps import AdminConfig


class DoorstepAdminConfig(AdminConfig):
    """The stock admin with our site class: one sign-in page, one look, a home page of its own."""

    default_site = "config.admin_site.DoorstepAdminSite"
