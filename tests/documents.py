"""Files for tests, made on the spot."""

import zlib
from collections.abc import Sequence


def make_pdf(words: str = "Evidence", *, catalog: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A whole PDF of one page that says `words` (ASCII, without brackets). `catalog`: what it has besides the pages;
    `more`: objects, the first of which is 6 0 R."""
    objects = _objects(words, catalog, more)
    whole, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    whole += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return whole


def make_packed_pdf(*, catalog: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """The same as programs write it today: all objects but streams lie compressed in one, and so does their table."""
    objects = dict(enumerate(_objects("Evidence", catalog, more), start=1))
    plain = {number: text for number, text in objects.items() if b"stream" not in text}
    heads, texts = [], b""
    for number, text in plain.items():
        heads.append(b"%d %d" % (number, len(texts)))
        texts += text + b" "
    head = b" ".join(heads) + b" "
    holder, table = len(objects) + 1, len(objects) + 2
    packed = zlib.compress(head + texts)
    written = {number: text for number, text in objects.items() if number not in plain}
    written[holder] = b"<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (
        *(len(plain), len(head), len(packed)),
        packed,
    )
    whole, places = b"%PDF-1.5\n", {}
    for number, text in written.items():
        places[number] = len(whole)
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = places[table] = len(whole)
    order = list(plain)
    rows = b"\0\0\0\0\0\xff\xff" + b"".join(
        b"\1%s\0\0" % places[number].to_bytes(4)
        if number in places
        else b"\2%s%s" % (holder.to_bytes(4), order.index(number).to_bytes(2))
        for number in range(1, table + 1)
    )
    rows = zlib.compress(rows)
    head = b"<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % (table + 1, len(rows))
    return whole + b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        *(table, head, rows),
        start,
    )


def _objects(words: str, catalog: bytes, more: Sequence[bytes]) -> list[bytes]:
    drawing = f"BT /F1 24 Tf 72 720 Td ({words}) Tj ET".encode("ascii")
    return [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *more,
    ]
