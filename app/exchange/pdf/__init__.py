"""Paper: any record, the review summary, a committee's members, as A4 PDFs to be searched."""

from app.exchange.pdf.filing import filing_pdf
from app.exchange.pdf.members import member_list_pdf
from app.exchange.pdf.summary import review_summary_pdf

__all__ = ["filing_pdf", "member_list_pdf", "review_summary_pdf"]
