"""The machine's Chromium: started for tests, and asked what it makes of a picture."""

import base64
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
)

_DRAW = """
async ([encoded, type, box]) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const image = new Image();
  const loaded = new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
  image.src = URL.createObjectURL(new Blob([bytes], { type }));
  if (!(await loaded)) return null;
  const ratio = Math.min(box / image.naturalWidth, box / image.naturalHeight, 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * ratio));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * ratio));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return canvas.toDataURL("image/png").split(",")[1];
}
"""

_PLAY = """
async ([encoded, type, box, seconds]) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const film = document.createElement("video");
  film.muted = true;
  film.preload = "auto";
  const happened = (name) => new Promise((resolve) => {
    film.addEventListener(name, () => resolve(true), { once: true });
    film.addEventListener("error", () => resolve(false), { once: true });
  });
  const loaded = happened("loadeddata");
  film.src = URL.createObjectURL(new Blob([bytes], { type }));
  if (!(await loaded)) return null;
  const sought = happened("seeked");
  film.currentTime = seconds;
  if (!(await sought)) return null;
  const ratio = Math.min(box / film.videoWidth, box / film.videoHeight, 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(film.videoWidth * ratio));
  canvas.height = Math.max(1, Math.round(film.videoHeight * ratio));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  for (let tries = 0; tries < 200; tries += 1) {  // the frame may come later than the event
    context.drawImage(film, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    if (data.some((value, index) => index % 4 === 3 && value > 0)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const shown = canvas.toDataURL("image/png").split(",")[1];
  URL.revokeObjectURL(film.src);
  return [shown, film.duration];
}
"""


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the machine's Chromium; the test is skipped where there is none."""
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    executable = next((path for path in found if path), None)
    if executable is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


def drawn(page: Page, data: bytes, content_type: str, box: int) -> Image.Image | None:
    """Return what Chromium draws of a picture, fitted into a square; None when that is nothing."""
    encoded = page.evaluate(_DRAW, [base64.b64encode(data).decode(), content_type, box])
    if encoded is None:
        return None
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    return picture if picture.getchannel("A").getextrema()[1] else None


def played(
    page: Page, data: bytes, content_type: str, box: int, seconds: float
) -> tuple[Image.Image, float | None] | None:
    """Return what Chromium shows of a film at a moment, and how long it finds it.

    None when it does not play it; no duration where it finds no end.
    """
    asked = [base64.b64encode(data).decode(), content_type, box, seconds]
    answer = page.evaluate(_PLAY, asked)
    if answer is None:
        return None
    encoded, duration = answer
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    return picture, duration
