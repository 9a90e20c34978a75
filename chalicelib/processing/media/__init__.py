"""Decoding strangers' files: types, facts, pictures; always in a child process."""
