"""A staged row as a line of text, written in the child so that the parent only puts the ends of COPY's line together.

First what the parent needs in order to place the row in a community and to judge it, then the rest as COPY takes it.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b

from registry.search import sought
from registry.staging import Reason, StagedRow
from registry.texts import clean

AHEAD = ("row_number", "community", "community_code", "refused", "phone", "reasons")
# The columns of the rest, in its order.
COLUMNS = (
    "kind door_class street building entrance floor door address address_key walk_key name name_key contact_name "
    "contact_key relation use note register_officer register_badge registered_elsewhere sought door_key"
).split()
TEXTS = COLUMNS[:-3]
BLANK = "\t" * len(TEXTS) + "\\N\t{}\t\\N"
ANSWERS = {True: "t", False: "f", None: "\\N"}


def escaped(text: str) -> str:
    r"""Text for COPY. Tabs and line breaks went when a cell was cleaned, and end no line here if they did not; a
    backslash would begin an escape."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text if text.isprintable() else text.translate({9: "\\t", 10: "\\n", 13: "\\r"})


def goes_as_it_stands(*texts: str) -> bool:
    """Whether COPY and the line take the texts unescaped. A key can hold a backslash that its text does not."""
    together = "".join(texts)
    return "\\" not in together and together.isprintable()


def array(tokens: list[str]) -> str:
    """The tokens as a literal of text[]; each is quoted, so that none can be NULL or a brace."""
    if not tokens:
        return "{}"
    inside = '","'.join(tokens)
    if "\\" in inside or inside.count('"') > 2 * (len(tokens) - 1):
        inside = '","'.join(token.replace("\\", "\\\\").replace('"', '\\"') for token in tokens)
    return escaped('{"' + inside + '"}')


def line_of(row: StagedRow) -> str:
    """`AHEAD` and `COLUMNS` between tabs; whatever the row holds, no other tab and no line break."""
    place = row.place
    texts = (
        row.kind,
        row.door_class,
        place.street,
        place.building,
        place.entrance,
        place.floor,
        place.door,
        place.written,
        place.key,
        place.walk_key,
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
    line = "\t".join(texts if goes_as_it_stands(*texts) else map(escaped, texts))
    tokens = "{}" if row.refused else array(sought(place.written, row.name, row.contact_name))
    refused = "t" if row.refused else ""
    # What the parent reads is not escaped: it only places the row.
    community = row.community if row.community.isprintable() else clean(row.community)
    ahead = f"{row.row_number}\t{community}\t{row.community_code}\t{refused}\t{row.phone}\t{told(row.reasons)}"
    key = key_of_door(place.key, row.door_class, row.name_key)
    return f"{ahead}\t{line}\t{ANSWERS[row.registered_elsewhere]}\t{tokens}\t{key}"


def told(reasons: Sequence[Reason]) -> str:
    return json.dumps(reasons) if reasons else ""


def key_of_door(address_key: str, door_class: str, name_key: str) -> str:
    """Digest of a door's identity inside its community: a dwelling is told apart by its address, a business by its name
    besides."""
    name = name_key if door_class == "business" else ""
    return blake2b(f"{address_key}\t{door_class}\t{name}".encode(), digest_size=16).hexdigest()
