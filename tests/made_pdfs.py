"""PDF files written by hand, good ones and bad ones, with words of our own."""

import zlib

CATALOG, TREE = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
WORDS = b"BT /F1 12 Tf 50 700 Td (Good morning to the garden.) Tj ET"


def write_stream(content, entries=b"", packed=False):
    """Return a stream object; ``entries`` go into its dictionary."""
    if packed:
        content, entries = zlib.compress(content, 9), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def write_file(objects, trailer=b"", startxref=None):
    """Return the bytes of a PDF of these objects, numbered from 1; None stands for one that is absent."""
    out, places = [b"%PDF-1.7\n"], {}
    for number, content in enumerate(objects, 1):
        if content is not None:
            places[number] = sum(map(len, out))
            out.append(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = sum(map(len, out))
    size = len(objects) + 1
    lines = [b"0000000000 65535 f \n"] + [b"%010d 00000 n \n" % places.get(number, 0) for number in range(1, size)]
    out.append(b"xref\n0 %d\n%s" % (size, b"".join(lines)))
    out.append(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, trailer))
    out.append(b"startxref\n%d\n%%%%EOF\n" % (start if startxref is None else startxref))
    return b"".join(out)


def write_pdf(pages, info=None):
    """Return the bytes of a PDF with these pages, each a list of lines; an empty page is a picture alone."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = [CATALOG, b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)), FONT]
    for lines in pages:
        shown = b"".join(b"(%s) Tj 0 -14 Td\n" % _escape(line) for line in lines)
        picture = b"" if lines else b" /XObject << /Im1 << /Subtype /Image >> >>"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >>%s >> >>"
            % (len(objects) + 2, picture)
        )
        objects.append(write_stream(b"BT /F1 12 Tf 50 800 Td\n%sET" % shown if lines else b"q Q"))
    trailer = b""
    if info:
        objects.append(b"<< %s >>" % b" ".join(b"/%s (%s)" % (name.encode(), _escape(text)) for name, text in info.items()))
        trailer = b"/Info %d 0 R" % len(objects)
    return write_file(objects, trailer)


def _escape(line):
    """Return a line as it stands in a string of a PDF."""
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def write_bad_pdfs():
    """Return 24 PDFs made to do harm, by name."""
    good = write_pdf([["Good morning to the garden.", "We meet again."]])
    plain = [CATALOG, TREE, PAGE, write_stream(WORDS), FONT]
    zeros = zlib.compress(zlib.compress(zlib.compress(bytes(40_000_000), 9), 9), 9)
    form = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>"
    loop = write_stream(
        b"/X Do /X Do /X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >>"
    )
    wide = [
        write_stream(
            b"/X Do " * 12, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>" % number
        )
        for number in range(6, 9)
    ]
    chain = [
        b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (number + 1, number - 1) for number in range(2, 3_000)
    ]
    stream = write_stream(b"\1" * 30, b"/Type /XRef /Size 999999999 /W [1 1 1] /Index [0 999999999] /Root 1 0 R")
    return {
        "head alone": b"%PDF-1.7\n",
        "noise": b"%PDF-1.7\n" + bytes(range(256)) * 2_000,
        "cut in the middle": good[: len(good) // 2],
        "cut before its end": good[:-40],
        "no objects": write_file([]),
        "xref that points at itself": write_file(plain, trailer=b"/Prev %d" % write_file(plain).rfind(b"xref\n0")),
        "xref beyond the end": write_file(plain, startxref=10**9),
        "negative startxref": write_file(plain, startxref=-5),
        "a million objects in xref": write_file(plain).replace(b"xref\n0 6\n", b"xref\n0 999999999\n"),
        "xref stream of a milliard": b"%PDF-1.7\n9 0 obj\n" + stream + b"\nendobj\nstartxref\n9\n%%EOF",
        "page tree that holds itself": write_file([CATALOG, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]),
        "page tree 3,000 deep": write_file([CATALOG, *chain, PAGE]),
        "one page 30,000 times": write_file(
            [CATALOG, b"<< /Type /Pages /Kids [%s] /Count 30000 >>" % (b"3 0 R " * 30_000), *plain[2:]]
        ),
        "needs a password": write_file(
            plain, b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]" % (b"41" * 32, b"42" * 32)
        ),
        "stream of zeros packed three times": write_file(
            [
                *plain[:3],
                b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (len(zeros), zeros),
                FONT,
            ]
        ),
        "a hundred filters": write_file([*plain[:3], write_stream(WORDS, b"/Filter [%s]" % (b"/ASCIIHexDecode " * 100)), FONT]),
        "stream with a false length": write_file([*plain[:3], b"<< /Length 99999999999 >>\nstream\nBT\nendstream", FONT]),
        "a million brackets": write_file([CATALOG, TREE, PAGE, write_stream(b"[" * 1_000_000), FONT]),
        "dictionaries 60,000 deep": write_file([b"<< /A " * 60_000 + b">>" * 60_000, *plain[1:]]),
        "five million operators": write_file([*plain[:3], write_stream(b"q Q " * 2_500_000, packed=True), FONT]),
        "a million lines of text": write_file(
            [*plain[:3], write_stream(b"BT /F1 12 Tf " + b"(a) Tj 0 -1 Td " * 1_000_000 + b"ET", packed=True), FONT]
        ),
        "form that draws itself": write_file([CATALOG, TREE, form, write_stream(b"/X Do"), loop]),
        "forms that draw forms": write_file([CATALOG, TREE, form, write_stream(b"/X Do"), *wide, write_stream(b"q Q")]),
        "object that is itself": write_file([CATALOG, TREE, PAGE, b"4 0 R", FONT]),
    }


def spin_for_ever(raw):
    """Never return."""
    while True:
        raw = raw[:1]
