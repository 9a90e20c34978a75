"""Virus scanning: clamd, its signatures, and its verdict on a stream of bytes."""
