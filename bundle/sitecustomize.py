"""Says where this folder keeps the libraries that make PDFs, to whatever Python runs here."""

import os
import sys

_pango = os.path.join(sys.prefix, "pango")  # noqa: PTH118 - pathlib would be loaded for it
os.environ.setdefault("WEASYPRINT_DLL_DIRECTORIES", _pango)
os.environ.setdefault("FONTCONFIG_FILE", os.path.join(_pango, "fonts.conf"))  # noqa: PTH118
# NOTE: cffi gives no ending to a name with a dot in it, as pango-1.0-0; it looks along PATH then
os.environ["PATH"] = _pango + os.pathsep + os.environ.get("PATH", "")
