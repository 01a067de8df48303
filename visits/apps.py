from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "visits"
    verbose_name = _("Visits")

    def ready(self) -> None:
        from campaigns.dates import days_moved, days_worked
        from visits.campaign_days import days_of, fold_anew

        days_worked.append(days_of)
        days_moved.append(fold_anew)
