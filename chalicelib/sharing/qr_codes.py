"""QR codes of share links, as PNG of the tenant's size or as SVG."""

import base64
import io


def png(text: str, size: tuple[int, int]) -> bytes:
    """Draw a QR code as PNG, in the middle of a white picture.

    Args:
        text: what it says.
        size: width and height of the picture in pixels.
    """
    import png as writer  # pypng

    cells = _cells(text)
    width, height = size
    scale = max(1, min(width, height) // len(cells))
    drawn = len(cells) * scale
    left, top = max(0, (width - drawn) // 2), max(0, (height - drawn) // 2)
    right, bottom = max(0, width - drawn - left), max(0, height - drawn - top)
    rows = [[1] * max(width, drawn) for _ in range(top)]
    for line in cells:
        row = [1] * left + [0 if dark else 1 for dark in line for _ in range(scale)] + [1] * right
        rows += [row] * scale
    rows += [[1] * max(width, drawn) for _ in range(bottom)]
    out = io.BytesIO()
    writer.Writer(len(rows[0]), len(rows), greyscale=True, bitdepth=1).write(out, rows)
    return out.getvalue()


def svg(text: str) -> bytes:
    """Draw a QR code as SVG, which is sharp in any size."""
    cells = _cells(text)
    side = len(cells)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, line in enumerate(cells) for x, dark in enumerate(line) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path d="{path}"/></svg>'
    ).encode()


def data_url(text: str, size: tuple[int, int]) -> str:
    """Return a QR code as the address of a PNG that holds it itself."""
    return "data:image/png;base64," + base64.b64encode(png(text, size)).decode()


def _cells(text: str) -> list[list[bool]]:
    """Return the code line by line, true where it is dark, with the quiet zone around it."""
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    cells: list[list[bool]] = code.get_matrix()
    return cells
