"""Accounts of families: allauth's account part, with what this site has of its own about it."""
