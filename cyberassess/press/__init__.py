"""HTML to PDF/UA and PDF/A; the only room that knows WeasyPrint."""
