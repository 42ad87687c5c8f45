"""The forms of this app's pages, one module for each kind of page; `items` is the form of an SLA item."""
