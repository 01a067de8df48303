from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = _("Case ledger")

    def ready(self) -> None:
        from disputes.models import due_return_visit
        from registry.models import contact_reach

        contact_reach.append(due_return_visit)
