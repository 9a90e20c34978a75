"""Telling pdfium where to find the fonts that a PDF names but does not carry."""

import ctypes
from typing import Any

import pypdfium2 as pdfium

from chalicelib.processing.media.documents import fonts

_kept: list[Any] = []
"""What pdfium goes on to read: the folders' names and the list of them."""


def use() -> None:
    """Start pdfium again with Reef's fonts; no document may be open.

    On a machine without fonts of its own it would otherwise draw nothing where Chinese, Japanese or
    Korean letters are not embedded.
    """
    character = ctypes.POINTER(ctypes.c_char)
    names = [ctypes.create_string_buffer(folder.encode()) for folder in fonts.folders()]
    folders = (character * (len(names) + 1))(*(ctypes.cast(name, character) for name in names))
    _kept[:] = [names, folders]
    pdfium.raw.FPDF_DestroyLibrary()
    pdfium.raw.FPDF_InitLibraryWithConfig(
        pdfium.raw.FPDF_LIBRARY_CONFIG(
            version=2, m_pUserFontPaths=folders, m_pIsolate=None, m_v8EmbedderSlot=0
        )
    )
