"""100,000 doors into an Excel file, beside openpyxl's streaming writer on the same rows."""

import io
import resource
from collections.abc import Iterator

from config.bench.ground import Place, grow_to
from config.bench.rows import Row, seconds

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
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        target = io.BytesIO()
        table = table_of(list_named(name, desk), desk, "")
        ours = seconds(lambda: write_tables(target, [table]))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        rows = [tuple(row) for row in table_of(list_named(name, desk), desk, "").rows]

        def plain() -> None:
            book = openpyxl.Workbook(write_only=True)
            sheet = book.create_sheet("doors")
            for row in rows:
                sheet.append(
                    [value if value is None or isinstance(value, int | float) else str(value) for value in row]
                )
            book.save(io.BytesIO())

        anchor = seconds(plain)
    note = f"{ours:.1f} s with reading the rows; {grown:,.0f} MB more at most; openpyxl had its rows in memory"
    yield Row("Excel of all doors", len(rows), "rows", ours, anchor, "openpyxl, streaming", 0, note)
