from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        from campaigns.dates import days_worked
        from visits.days import days_of

        days_worked.append(days_of)
