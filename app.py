"""The Chalice app: what the slices' routes and event Lambdas are registered with."""

from chalice.app import Blueprint

from chalicelib.core import edges, logs
from chalicelib.core.api.application import ReefApp
from chalicelib.core.api.routing import Routes
from chalicelib.core.settings import settings

logs.configure(settings().log_level)

app = ReefApp(app_name="reef")
for routes in edges.found("routes", Routes):
    app.register_blueprint(routes.blueprint)
for events in edges.found("events", Blueprint):
    app.register_blueprint(events)
