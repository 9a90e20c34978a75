# mypy: ignore-errors
"""A Wagtail that takes images: `gunicorn project:application`, as `bench.wagtail.peer` runs it.

`WAGTAIL_FOLDER` takes the database and all images. Each image gets renditions as WebP, with the
sides in `WAGTAIL_SIDES`, in the very request that uploads it. Called by itself it makes the
database and prints the session cookie of a user who may upload.
"""

import os
from pathlib import Path

import django
from django.conf import settings

_FOLDER = Path(os.environ["WAGTAIL_FOLDER"])
_RENDITIONS = [f"max-{side}x{side}|format-webp" for side in os.environ["WAGTAIL_SIDES"].split(",")]
_APPS = ("users", "images", "documents", "search", "admin")
_CONTRIB = ("auth", "contenttypes", "sessions", "messages", "staticfiles")
_MIDDLEWARE = (
    "sessions.middleware.SessionMiddleware",
    "auth.middleware.AuthenticationMiddleware",
    "messages.middleware.MessageMiddleware",
)
_CONTEXT = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
)

settings.configure(
    SECRET_KEY="of no use to anybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        *(f"wagtail.{name}" for name in _APPS),
        *("wagtail", "modelcluster", "taggit"),
        *(f"django.contrib.{name}" for name in _CONTRIB),
    ],
    MIDDLEWARE=[f"django.contrib.{name}" for name in _MIDDLEWARE],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": _CONTEXT},
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": _FOLDER / "wagtail.sqlite3",
            # Django's own advice for a site that several processes write to.
            "OPTIONS": {
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    },
    MEDIA_ROOT=str(_FOLDER / "media"),
    STATIC_URL="/static/",
    WAGTAIL_SITE_NAME="bench",
    WAGTAILADMIN_BASE_URL="http://127.0.0.1",
    WAGTAILIMAGES_WEBP_QUALITY=int(os.environ["WAGTAIL_QUALITY"]),
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db.models.signals import post_save  # noqa: E402
from django.urls import include, path  # noqa: E402
from wagtail.admin import urls as admin_urls  # noqa: E402
from wagtail.images import get_image_model  # noqa: E402

urlpatterns = [path("admin/", include(admin_urls))]
application = get_wsgi_application()


def _render(instance, created, **_others):
    if created:
        instance.get_renditions(*_RENDITIONS)


post_save.connect(_render, sender=get_image_model())

if __name__ == "__main__":
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    browser = Client()
    browser.force_login(get_user_model().objects.create_superuser("bench"))
    print(browser.cookies["sessionid"].value)
