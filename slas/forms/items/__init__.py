"""The form of one SLA item: its parts follow the item's document, so both are easily turned into each other."""
