"""Who is told what: the inbox, mails, the daily digest."""
