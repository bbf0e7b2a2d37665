"""Notices inside the service: who has to know what happened, once each, and when a phone may ring for it.

Made from events by one table (`rules`), listed only to whom they are meant for and only beside a matter the reader
may still see. Wording comes from codes (`wording`), never from what people typed.
"""
