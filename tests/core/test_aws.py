"""Clients are made late, once, and anew where AWS has been replaced."""

import threading

from chalicelib.core import aws
from chalicelib.core.settings import settings
from tests.cloud import Cloud


def test_a_process_has_one_client_of_a_service(cloud: Cloud) -> None:
    made = []
    threads = [threading.Thread(target=lambda: made.append(aws.client("sqs"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({id(client) for client in made}) == 1
    assert aws.client("sqs") is not aws.client("sns")


def test_uploads_are_signed_for_the_address_that_browsers_use(cloud: Cloud) -> None:
    signer = aws.presigner()
    assert signer is aws.presigner()
    assert signer is not aws.client("s3")
    assert signer.meta.endpoint_url == settings().upload_url


def test_forgotten_clients_are_made_anew(cloud: Cloud) -> None:
    before = aws.client("sqs")
    aws.forget_clients()
    assert aws.client("sqs") is not before
