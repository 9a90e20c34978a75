"""pdfium draws with Reef's fonts what a PDF names but does not carry."""

import io
import subprocess
import sys

from local.functions import ROOT

PROGRAM = """
import sys
import pypdfium2 as pdfium
from chalicelib.processing.media.documents import pdf_fonts
pdf_fonts.use()
pdf_fonts.use()  # again is harmless
document = pdfium.PdfDocument(sys.stdin.buffer.read())
picture = document[0].render(scale=1).to_pil().convert("L")
print(picture.getextrema()[0])
"""


def pdf(font: str) -> bytes:
    """A page that says something in a font that is not embedded."""
    text = b"BT /F 40 Tf 20 40 Td (Flut) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/TrueType/BaseFont/%s>>" % font.encode(),
    ]
    out, offsets = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, io.SEEK_END)
    for number, part in enumerate(parts, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 6\n0000000000 65535 f \n")
    out.write(b"".join(b"%010d 00000 n \n" % at for at in offsets))
    out.write(b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return out.getvalue()


def test_letters_of_a_font_that_is_not_embedded_are_drawn() -> None:
    """In a process of its own: pdfium starts anew, which no open document would survive."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=pdf("DejaVuSans"),
        capture_output=True,
        cwd=ROOT,
        check=True,
    )
    assert int(done.stdout) < 100
