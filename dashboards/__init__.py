"""The personas' pages: self-contained HTML files built from the published marts. Holds no business rule.

`build_pages` writes them, `report` makes the mail of a persona, `server` shows them on loopback.
"""
