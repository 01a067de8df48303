from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"

    def ready(self) -> None:
        from disputes.models import due_return_visit
        from registry.models import contact_reach

        contact_reach.append(due_return_visit)
