"""100,000 doors into an Excel file, beside openpyxl's streaming writer on the same rows."""

import io
from collections.abc import Iterator

from config.bench.ground import Place, grow_to
from config.bench.memory import with_peak
from config.bench.rows import Row

NUMBER = 100_000


def measure(place: Place, number: int = NUMBER) -> Iterator[Row]:
    import openpyxl
    from django.utils import translation

    from registry.xlsx_table import write_tables
    from reports.lists import list_named, table_of

    if place.doors < number:
        grow_to(place, number)
    desk, name = place.people.desk, "registry_premises"
    with translation.override("zh-hans"):
        table = table_of(list_named(name, desk), desk, "")
        ours, grown = with_peak(lambda: write_tables(io.BytesIO(), [table]))

        def plain() -> None:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("doors")
            for row in table_of(list_named(name, desk), desk, "").rows:
                sheet.append(
                    [value if value is None or isinstance(value, int | float) else str(value) for value in row]
                )
            book.save(io.BytesIO())

        anchor, of_anchor = with_peak(plain)
    note = f"both read their rows; {ours:.1f} s, at most {grown:,.0f} MB more (aim 150), openpyxl {of_anchor:,.0f}"
    yield Row("Excel of all doors", number, "rows", ours, anchor, "openpyxl, streaming", 0, note)
