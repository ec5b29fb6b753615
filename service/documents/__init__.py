"""Papers as files: a document value (:mod:`calendars.documents.value`) written as .docx, .pdf or .xlsx."""
