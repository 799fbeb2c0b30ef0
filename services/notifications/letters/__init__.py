"""Mails and notices in words: from a kind and its facts to a subject, a text, an HTML page and a message."""
