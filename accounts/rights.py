"""Rights: what a person can be allowed to do. Roles give them (`roles.py`), grants place them at a unit."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Right(TextChoices):
    LOG_VISIT = "log_visit", _("log a visit")
    ENTER_FOR_OTHERS = "enter_for_others", _("enter a visit for somebody else")
    SEE_ADDRESSES = "see_addresses", _("see the addresses of the station")
    SEE_CONTACTS = "see_contacts", _("see contacts, masked")
    REVEAL = "reveal", _("reveal one masked field with a reason")
    SEE_VISITS = "see_visits", _("see visit records of the unit")
    IMPORT_PREMISES = "import_premises", _("bring in doors from a workbook")
    SET_UP = "set_up", _("set up campaigns")
    SHARE_OUT = "share_out", _("share doors out")
    OPEN_CASE = "open_case", _("register a case")
    LEAD_CASE = "lead_case", _("lead a case and ask for its closure")
    SEE_CASES = "see_cases", _("see all cases of the unit")
    DIRECT_CASES = "direct_cases", _("assign, return, reopen and void cases")
    APPROVE_CLOSURE = "approve_closure", _("strike a case off")
    APPROVE_GRADE_3 = "approve_grade_3", _("strike a grade 3 case off")
    SEE_FIGURES = "see_figures", _("see figures and download the brief")
    FREEZE_BRIEF = "freeze_brief", _("type and freeze the brief")
    RECORD_OUTREACH = "record_outreach", _("enter talks, lessons, stalls and hand-outs")
    EXPORT = "export", _("take lists away as Excel files")
    MANAGE_ROSTER = "manage_roster", _("keep the roster and hand out one-time codes")
    MANAGE_UNITS = "manage_units", _("keep units and their areas")
    MANAGE_GRANTS = "manage_grants", _("give and end grants")
    READ_ACCESS_LOG = "read_access_log", _("read the access log")
    USE_ADMIN = "use_admin", _("work in the administration pages")
