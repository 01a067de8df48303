"""The one lifecycle of this floor: a workbook on its way in."""

from django.utils.translation import gettext_lazy as _

from accounts.lifecycles import Lifecycle, Move, no_record
from accounts.rights import Right
from registry.models import ImportBatch

State = ImportBatch.State

IMPORT = Lifecycle(
    "import",
    {
        "upload": Move(_("upload"), (), State.READING, Right.IMPORT_PREMISES),
        "show": Move(
            _("show"), (State.READING,), State.READY, sets=("progress", "counts", "columns", "messages", "dated_on")
        ),
        "fail": Move(_("fail"), (State.READING,), State.FAILED, sets=("messages", "counts")),
        "look_again": Move(_("look again"), (State.READY,), None, Right.IMPORT_PREMISES, sets=("counts",)),
        "confirm": Move(
            _("take in"),
            (State.READY,),
            State.CONFIRMED,
            Right.IMPORT_PREMISES,
            sets=("ended_at", "ended_by", "counts"),
        ),
        "discard": Move(
            _("put aside"),
            (State.READING, State.READY, State.FAILED),
            State.DISCARDED,
            Right.IMPORT_PREMISES,
            sets=("ended_at", "ended_by"),
        ),
    },
    no_record,
)
