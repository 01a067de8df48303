"""The sentences for what an import refuses: whole files and single rows, by the codes that the child process sends."""

from typing import Any

from django.utils.translation import gettext_lazy as _

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
    "quote_open": _("From line %(line)s on, a quotation mark is opened and never closed."),
    "encoding": _(
        "The characters of this table can't be read. Open it in Excel or WPS, choose File → Save As → "
        "Excel Workbook (*.xlsx), and upload the new file."
    ),
    "no_table": _(
        "No heading row was found in the first %(rows)s rows of any sheet. "
        "The table needs at least a column “详细地址” (address) or “门牌” (door number)."
    ),
}


def file_sentence(code: str, params: dict[str, Any]) -> str:
    return str(FILE_SENTENCES[code]) % params
