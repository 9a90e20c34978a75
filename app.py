"""The Chalice app: its blueprints, and how every failure becomes a problem+json."""

from typing import Any

from chalice.app import Response

from chalicelib.assets import admission, catalog
from chalicelib.assets.metadata_routes import api as metadata
from chalicelib.assets.routes import api as assets
from chalicelib.assets.upload_routes import api as uploads
from chalicelib.assets.version_routes import api as versions
from chalicelib.core import logs, openapi, routing
from chalicelib.core.application import ReefApp
from chalicelib.core.errors import NotFound, ReefError
from chalicelib.core.http import problem_response
from chalicelib.core.settings import settings
from chalicelib.notifications.events import bp as notification_events
from chalicelib.notifications.routes import api as notifications
from chalicelib.processing.events import bp as processing_events
from chalicelib.processing.routes import api as processing
from chalicelib.tenants import members
from chalicelib.tenants.events import bp as tenant_events
from chalicelib.tenants.routes import api as tenants
from chalicelib.workflows import admitting, assigned
from chalicelib.workflows.events import bp as workflow_events
from chalicelib.workflows.moderation_routes import api as moderation
from chalicelib.workflows.routes import api as workflows
from chalicelib.workflows.template_routes import api as workflow_templates

logs.configure(settings().log_level)
routing.authenticate_with(members.authenticate)
admission.decide_with(admitting.admit)
catalog.reviews_with(assigned.version_for)

app = ReefApp(app_name="reef")
app.api.binary_types = ["*/*"]
for blueprint in (
    openapi.api.blueprint,
    tenants.blueprint,
    assets.blueprint,
    uploads.blueprint,
    versions.blueprint,
    metadata.blueprint,
    processing.blueprint,
    workflow_templates.blueprint,
    workflows.blueprint,
    moderation.blueprint,
    notifications.blueprint,
    tenant_events,
    processing_events,
    workflow_events,
    notification_events,
):
    app.register_blueprint(blueprint)


@app.middleware("http")
def answer_in_problems(event: Any, get_response: Any) -> Response:
    """Give every request its id, and every refusal of the framework's the common form."""
    routing.begin_request(event.context.get("requestId") or event.lambda_context.aws_request_id)
    try:
        response = get_response(event)
    except ReefError as error:
        return problem_response(error)
    if response.status_code == 405:
        return problem_response(NotFound("There is no such method here."))
    return response
