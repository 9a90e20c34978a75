"""Wagtail, beside which a drop of many files is measured."""
