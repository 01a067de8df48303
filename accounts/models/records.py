"""What is kept about people's work here: their inbox, the log of who looked at what, and forms already carried out."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Officer
from accounts.rights import Right
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet


class NoticeQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q(officer=officer)


class Notice(ScopedModel):
    """One line in an officer's inbox. `stage` is unique, so that the same stage is told once."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="notices", verbose_name=_("officer"))
    code = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    url_name = models.CharField(max_length=60)
    url_args = models.JSONField(default=list)
    stage = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(NoticeQuerySet)()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["officer", "-created_at"], name="notice_inbox")]

    def __str__(self) -> str:
        return self.code


class AccessEventQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q() if officer.may(Right.READ_ACCESS_LOG) else NOTHING


class AccessEvent(ScopedModel):
    """Who looked at or tried what, and how it ended; append-only, and never the value that was seen."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name=_("officer"), db_index=True
    )
    verb = models.CharField(_("verb"), max_length=40)
    object_kind = models.CharField(_("object"), max_length=60, blank=True)
    object_id = models.CharField(_("object number"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, default="done")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(AccessEventQuerySet)()

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access log")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id}"


class Press(models.Model):
    """A form that was carried out and where it led (`accounts/presses.py`); forgotten after a day."""

    mark = models.CharField(max_length=64, unique=True)
    led_to = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.mark[:8]
