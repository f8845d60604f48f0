"""Paper: any record, and the review summary, as A4 PDFs whose Chinese can be searched."""

from app.exchange.pdf.filing import filing_pdf
from app.exchange.pdf.summary import review_summary_pdf

__all__ = ["filing_pdf", "review_summary_pdf"]
