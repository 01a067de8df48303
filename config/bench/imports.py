"""100,000 doors from a workbook: read, shown and confirmed, beside COPY of the same rows and plain import-export."""

import csv
import io
import os
from collections.abc import Iterator

from config.bench.ground import Place, columns_of, flats, moment
from config.bench.memory import Watched
from config.bench.rows import Row, seconds

HEADINGS = ["村（社区）代码", "村（社区）", "类别", "详细地址", "户主", "联系电话", "房屋使用"]
NUMBER = 100_000
PLAIN = 2_000


def lines(place: Place, number: int, ahead: int) -> Iterator[list[str]]:
    from registry.models import Area

    names = dict(Area.objects.values_list("code", "name"))
    place.doors += ahead
    for index, door in enumerate(flats(place, number)):
        phone = f"199{(ahead + index) % 100_000_000:08d}"
        yield [door["area_id"], names[door["area_id"]], "住户", door["address"], door["name"], phone, "自住"]


def as_csv(rows: list[list[str]]) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def as_xlsx(rows: list[list[str]]) -> io.BytesIO:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("doors")
    for row in [HEADINGS, *rows]:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


def bring_in(place: Place, file: io.BytesIO, name: str) -> tuple[float, float]:
    """Seconds until the preview stands, and seconds of the confirmation."""
    from registry.actions import confirm_import, read_batch, upload_workbook

    desk = place.people.desk
    batch = upload_workbook(unit=place.people.bureau, file=file, name=name, by=desk, at=moment())
    reading = seconds(lambda: read_batch(batch=batch, at=moment()))
    batch.refresh_from_db()
    writing = seconds(lambda: confirm_import(batch=batch, version=batch.version, by=desk, at=moment()))
    return reading, writing


def bare_copy(place: Place, number: int) -> float:
    """COPY of the same columns into a table with a key and two indexes; the rows are made before the clock starts."""
    import psycopg

    from registry.models import Premises

    blank = columns_of(Premises)
    rows = [[{**blank, **row}[column] for column in blank] for row in flats(place, number)]
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE bare (LIKE registry_premises INCLUDING IDENTITY, PRIMARY KEY (id))")
        owner.execute("CREATE INDEX ON bare (area_id, address_key)")
        owner.execute("CREATE INDEX ON bare (unit_id, walk_key)")

        def copy() -> None:
            with owner.cursor().copy(f"COPY bare ({', '.join(blank)}) FROM STDIN") as lines:
                for row in rows:
                    lines.write_row(row)

        taken = seconds(copy)
        owner.execute("DROP TABLE bare")
    return taken


def plain_library(rows: list[list[str]]) -> float:
    """django-import-export as it comes: a dry run, then the import, into a model of the same shape."""
    import tablib
    from import_export import fields, resources

    from registry.models import Premises

    class Plain(resources.ModelResource):  # type: ignore[misc]
        address_key = fields.Field(attribute="address_key", column_name="详细地址")
        address = fields.Field(attribute="address", column_name="详细地址")
        area = fields.Field(attribute="area_id", column_name="村（社区）代码")
        name = fields.Field(attribute="name", column_name="户主")
        unit = fields.Field(attribute="unit_id", column_name="unit")

        class Meta:
            model = Premises
            import_id_fields = ("address_key",)
            fields = ("address_key", "address", "area", "name", "unit")

        def get_queryset(self) -> object:
            return Premises._base_manager.all()

    station = Premises._base_manager.values_list("unit_id", flat=True).first()
    data = tablib.Dataset(*[[*row, station] for row in rows], headers=[*HEADINGS, "unit"])

    def both() -> None:
        resource = Plain()
        if resource.import_data(data, dry_run=True).has_errors():
            raise RuntimeError("the plain import refused its rows")
        resource.import_data(data, dry_run=False)

    return seconds(both)


def measure(place: Place, number: int = NUMBER) -> Iterator[Row]:
    kinds = (("csv", as_csv, 0.4), ("xlsx", as_xlsx, 0.25))
    for ahead, (ending, make, aim) in enumerate(kinds, start=1):
        rows = list(lines(place, number, ahead * 30_000_000))
        file = make(rows)
        copied = bare_copy(place, number)
        with Watched(os.getpid()) as seen:
            reading, writing = bring_in(place, file, f"doors.{ending}")
        child = seen.of_reader // 1024
        note = f"preview {reading:.1f} s, confirm {writing:.1f} s; the child that reads: {child} MB (aim 200)"
        yield Row(f"import, {ending}", number, "rows", reading + writing, copied, "COPY", aim, note)
        again, nothing = bring_in(place, make(rows), f"doors.{ending}")
        yield Row(f"the same {ending} again", number, "rows", again + nothing, copied, "COPY", 1.0, "nothing rewritten")
        if ending == "csv":
            few = list(lines(place, PLAIN, 90_000_000))
            plain = plain_library(few) * number / PLAIN
            yield Row(
                "import, csv", number, "rows", reading + writing, plain, "plain import-export", 0, f"{PLAIN} rows"
            )
