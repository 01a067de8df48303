"""Real steps of an import: a small workbook of rows, brought in by the chief of 花果派出所, and what came of it."""

import csv
import io
from datetime import date
from typing import Any

from django.db import connection

from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from tests.registry.conftest import District
from tests.world import NOW

HEAD = ["社区", "详细地址", "类别", "户主", "联系电话", "房屋使用", "人户分离", "与户主关系", "责任民警"]
FIRST = ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "户主", "周明"]


def table(*rows: list[Any], head: list[str] = HEAD) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return io.BytesIO(text.getvalue().encode())


def bring(district: District, *rows: list[Any], head: list[str] = HEAD, dated: date | None = None) -> ImportBatch:
    """Upload for 花果派出所 and read; the caller confirms."""
    batch = upload_workbook(
        unit=district.stations["花果派出所"],
        file=table(*rows, head=head),
        name="底册.csv",
        dated_on=dated,
        by=district.chief,
        at=NOW,
    )
    return read_batch(batch=batch, at=NOW)


def reasons(batch: ImportBatch) -> list[list[str]]:
    return [[reason[0] for reason in row.reasons] for row in batch.rows.all()]


def versions() -> set[Any]:
    """Which rows were written when: the transaction that wrote each door and contact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'p', id, xmin::text, ctid::text FROM registry_premises")
        written = set(cursor.fetchall())
        cursor.execute("SELECT 'c', id, xmin::text, ctid::text FROM registry_contact")
        return written | set(cursor.fetchall())
