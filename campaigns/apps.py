from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from campaigns.models import live_assignment
        from registry.models import contact_reach

        contact_reach.append(live_assignment)
