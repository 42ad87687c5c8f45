"""Customers, entitlements and the two record types that are kept under SLAs: cases and activities."""
