"""The desk's own pages in the admin: begin a campaign, move it on, share doors out, see how far it is."""

from campaigns.desk.lists import export_lists, officer_list
from campaigns.desk.pages import admin_path
from campaigns.desk.parts import dates, question_sets, too_late
from campaigns.desk.progress import hand_over, held_by_those_gone, outcome_label, progress
from campaigns.desk.setting_up import copy, draft, move_campaign, moves_of
from campaigns.desk.sharing_out import board, history, left_out, run_page, undo

__all__ = [
    "admin_path",
    "board",
    "copy",
    "dates",
    "draft",
    "export_lists",
    "hand_over",
    "held_by_those_gone",
    "history",
    "left_out",
    "move_campaign",
    "moves_of",
    "officer_list",
    "outcome_label",
    "progress",
    "question_sets",
    "run_page",
    "too_late",
    "undo",
]
