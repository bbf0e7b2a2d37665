"""QR codes as SVG, drawn into a paper at any size."""

import io

import segno

QUIET = 4  # modules left white around the code, as the standard asks


def qr_svg(text: str) -> str:
    """The code of `text` as SVG; level Q, because a sign hangs in the weather for years."""
    kept = io.BytesIO()
    segno.make(text, error="q", micro=False).save(kept, kind="svg", border=QUIET, xmldecl=False, light="#fff")
    return kept.getvalue().decode()
