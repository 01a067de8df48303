"""A staged row as part of a line of COPY, written in the child so that the parent only puts the ends together."""

from registry.search import sought
from registry.staging import StagedRow

# What the child says of a row before its line: enough to place it in a community and to judge it.
AHEAD = ("community", "community_code", "sheet", "row_number", "refused", "reasons", "phone")
# The columns of the line, in its order.
COLUMNS = (
    "kind door_class street building entrance floor door address address_key walk_key name name_key contact_name "
    "contact_key relation use note register_officer register_badge registered_elsewhere sought"
).split()
TEXTS = COLUMNS[:-2]
BLANK = "\t" * len(TEXTS) + "\\N\t{}"
ANSWERS = {True: "t", False: "f", None: "\\N"}


def escaped(text: str) -> str:
    r"""Text for COPY. Tabs and line breaks went when the cell was cleaned; a backslash would begin an escape."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text if text.isprintable() else text.translate({9: "\\t", 10: "\\n", 13: "\\r"})


def array(tokens: list[str]) -> str:
    """The tokens as a literal of text[]; each is quoted, so that none can be NULL or a brace."""
    if not tokens:
        return "{}"
    inside = '","'.join(tokens)
    if "\\" in inside or inside.count('"') > 2 * (len(tokens) - 1):
        inside = '","'.join(token.replace("\\", "\\\\").replace('"', '\\"') for token in tokens)
    return escaped('{"' + inside + '"}')


def line_of(row: StagedRow) -> str:
    tokens = [] if row.refused else sought(row.address, row.name, row.contact_name)
    texts = (
        row.kind,
        row.door_class,
        row.street,
        row.building,
        row.entrance,
        row.floor,
        row.door,
        row.address,
        row.address_key,
        row.walk_key,
        row.name,
        row.name_key,
        row.contact_name,
        row.contact_key,
        row.relation,
        row.use,
        "",
        row.register_officer,
        row.register_badge,
    )
    line = "\t".join(texts)
    if "\\" in line or not line.replace("\t", "").isprintable():
        line = "\t".join(map(escaped, texts))
    return f"{line}\t{ANSWERS[row.registered_elsewhere]}\t{array(tokens)}"


def sent(row: StagedRow) -> list[object]:
    """What crosses the pipe for one row: the values of `AHEAD`, then the line."""
    ahead = [row.community, row.community_code, row.sheet, row.row_number, row.refused, row.reasons, row.phone]
    return [*ahead, line_of(row)]
