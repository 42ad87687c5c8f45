"""Reading another system's audit log: the mapping, the file, and each row as values of a case. No database here."""
