"""The sentences for what an import refuses: whole files and single rows, by the codes that the child process sends."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.columns import heading_of

# Excel and WPS have the same menu path in Chinese and, word for word, in English.
FILE_SENTENCES = {
    "xls": _(
        "This is an old .xls workbook. Open it in Excel or WPS, choose File → Save As → Excel Workbook (*.xlsx), "
        "and upload the new file."
    ),
    "et": _(
        "This is a WPS .et table. Open it in WPS, choose File → Save As → Microsoft Excel file (*.xlsx), "
        "and upload the new file."
    ),
    "xlsb": _(
        "This is a binary .xlsb workbook. Open it in Excel or WPS, choose File → Save As → Excel Workbook (*.xlsx), "
        "and upload the new file."
    ),
    "ods": _(
        "This is an OpenDocument table. Open it in Excel or WPS, choose File → Save As → Excel Workbook (*.xlsx), "
        "and upload the new file."
    ),
    "web_page": _(
        "This is a web page with the name of a workbook. Open it in Excel or WPS, choose File → Save As → "
        "Excel Workbook (*.xlsx), and upload the new file."
    ),
    "macros": _(
        "This workbook contains macros. Open it in Excel or WPS, choose File → Save As → Excel Workbook (*.xlsx), "
        "and upload the new file."
    ),
    "password": _(
        "This workbook is protected by a password. Open it in Excel, choose File → Info → Protect Workbook → "
        "Encrypt with Password, clear the password (WPS: File → Document Encryption → Password Encryption), "
        "then File → Save As → Excel Workbook (*.xlsx), and upload the new file."
    ),
    "not_a_workbook": _(
        "This is neither an .xlsx workbook nor a .csv table. Open it in Excel or WPS, choose File → Save As → "
        "Excel Workbook (*.xlsx), and upload the new file."
    ),
    "empty": _("This file is empty."),
    "truncated": _(
        "This file is cut short or damaged. Open it in Excel or WPS, choose File → Save As → "
        "Excel Workbook (*.xlsx), and upload the new file."
    ),
    "unsafe": _("This workbook contains what an office program does not write. It was not read."),
    "too_large": _("This file is too large (limit: %(limit)s). Split it by community and upload the parts."),
    "too_many_rows": _("This file has more than %(limit)s rows. Split it by community and upload the parts."),
    "too_slow": _("Reading this file took too long. Split it by community and upload the parts."),
    "not_finished": _(
        "The workbook could not be read to its end. Upload it again; if that fails too, tell the administrator."
    ),
    "disk_full": _("The server's disk is full. Nothing was saved: tell whoever runs the server, then press again."),
    "quote_open": _("From line %(line)s on, a quotation mark is opened and never closed."),
    "encoding": _(
        "The characters of this table can't be read. Open it in Excel or WPS, choose File → Save As → "
        "Excel Workbook (*.xlsx), and upload the new file."
    ),
    "no_table": _(
        "No heading row was found in the first %(rows)s rows of any sheet. "
        "The table needs at least a column “详细地址” (address) or “门牌” (door number)."
    ),
    "table_hidden": _(
        "No heading row was found in the first %(rows)s rows of any sheet that is shown, and hidden sheets are not read. "
        "If the table stands in a hidden sheet, show that sheet, save, and upload the file again."
    ),
}


def file_sentence(code: str, params: dict[str, Any]) -> str:
    return str(FILE_SENTENCES[code]) % params


# Of single rows. A cell's value never stands in a sentence.
ROW_SENTENCES = {
    "community_unknown": _("No community of your area is called “%(said)s”."),
    "community_missing": _("The row names no community."),
    "community_ambiguous": _("Several communities have this name. Add the code, or 社区 or 村 after the name."),
    "code_and_name": _("Code and name belong to two different communities."),
    "code_unknown": _("This code is unknown; the community was found by its name."),
    "nobody_answers": _("No unit answers for this community. Add it to a jurisdiction first."),
    "no_address": _("The row has no address."),
    "date_for_door": _(
        "A date stands here: of a number like 3-2 the sheet made a day. Make it text and write it again."
    ),
    "address_whole": _("The address could not be split: kept as written, walked last."),
    "kind_missing": _("The row says no kind. Write one of: 住户, 门店, 企业, 单位, 村社区."),
    "kind_unknown": _("This kind is unknown. Write one of: 住户, 门店, 企业, 单位, 村社区."),
    "phone_short": _("Too few digits for a phone number. Left empty."),
    "phone_long": _("Too many digits for a phone number. Left empty."),
    "phone_unreadable": _("This is no phone number. Left empty."),
    "phone_rounded": _("The sheet rounded this number (1.39E+10) and lost its last digits. Left empty."),
    "phone_second": _("The cell holds several numbers. Only the first was taken."),
    "phone_differs": _("Row %(row)s has another number for this person. Left empty."),
    "use_unknown": _("This use is unknown. Write one of: 自住, 出租, 借用, 空置. Left empty."),
    "use_differs": _("Row %(row)s says otherwise for the same dwelling. Left empty."),
    "yes_or_no": _("Write 是 or 否. Left empty."),
    "apart_differs": _("Row %(row)s says otherwise for the same dwelling. Left empty."),
    "relation_unknown": _("This relation is unknown. Taken as “other”."),
    "cell_error": _("The sheet shows an error in this cell. Left empty."),
    "masked": _("The cell is masked with *. Left empty."),
    "id_number": _("An identity number stood in this cell. It was left out and is stored nowhere."),
    "again": _("Same door and same person as row %(row)s."),
}


def row_sentence(reason: Sequence[Any], language: str) -> str:
    """`reason` as it stands in `ImportRow.reasons`; the column's heading stands before the sentence."""
    code, column, params = reason
    sentence = str(ROW_SENTENCES[code]) % params
    heading = heading_of(column, language)
    return gettext("%(heading)s: %(sentence)s") % {"heading": heading, "sentence": sentence} if heading else sentence


def effect_sentence(verdict: str, effect: str) -> str:
    """What a row without reasons still has to say in the copy that goes back."""
    if verdict == "elsewhere":
        return gettext("Belongs to another station; not taken.")
    return gettext("Confirmed at the door since; left as it is.") if effect == "kept" else ""
