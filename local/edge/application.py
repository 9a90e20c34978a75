"""The edge as one WSGI application: paths to buckets, checks before bytes."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from local import room
from local.edge import cloudfront, cors, media, uploads
from local.edge.answers import Answer, Headers, Refused, Request
from local.edge.signatures import Credentials
from local.room import DiskFull

log = logging.getLogger("local.edge")

_KEYS_LAST = timedelta(seconds=1)


class Edge:
    """Uploads at `/{bucket}`, media at `/originals/` and `/renditions/`.

    Args:
        s3: a client of the emulated S3.
        credentials: the keys that presigned uploads are signed with.
        media_url: the origin that media URLs are signed for.
        media_buckets: bucket by the first segment of the path.
        media_headers: what every answer with media carries.
        trusted_keys: gives the public keys that sign media URLs.
        now: gives the present time.
    """

    def __init__(
        self,
        s3: Any,
        credentials: Credentials,
        media_url: str,
        media_buckets: Mapping[str, str],
        media_headers: Headers,
        trusted_keys: Callable[[], cloudfront.TrustedKeys],
        now: Callable[[], datetime],
    ) -> None:
        self._s3, self._credentials, self._now = s3, credentials, now
        self._media_url, self._media_buckets = media_url, media_buckets
        self._media_headers = media_headers
        self._read_keys, self._keys_until = trusted_keys, now()
        self._keys: cloudfront.TrustedKeys = {}
        self._cors_rules = cache(self._read_cors_rules)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        try:
            request = Request(environ)
        except Refused as refused:
            return refused.answer().send(start_response)
        try:
            try:
                answer = self._answer(request)
            except ClientError as error:
                raise _refusal(error) from error
            except OSError as error:
                if not room.is_missing(error):
                    raise
                raise DiskFull from error
        except Refused as refused:
            if isinstance(refused, DiskFull):
                log.error("refused %s %s: %s", request.method, request.raw_path, refused.message)
            request.drain()
            answer = refused.answer()
            if request.method == "HEAD":
                answer.body = []
            answer.headers += self._cors_headers(request)
        return answer.send(start_response)

    def _answer(self, request: Request) -> Answer:
        place, *rest = request.segments()
        key = "/".join(rest)
        if place in self._media_buckets:
            return self._serve_media(request, self._media_buckets[place], key)
        rules = self._cors_rules(place)
        if request.method == "OPTIONS":
            return cors.preflight(request, rules)
        if request.method == "POST" and not key and not request.query:
            answer = uploads.post(request, place, self._s3, self._credentials, self._now())
        elif request.method == "PUT" and key:
            answer = uploads.put(request, place, key, self._s3, self._credentials, self._now())
        else:
            raise Refused(405, "MethodNotAllowed", "Only uploads go here.")
        answer.headers += cors.headers_for(request, rules)
        return answer

    def _serve_media(self, request: Request, bucket: str, key: str) -> Answer:
        if request.method not in ("GET", "HEAD"):
            raise Refused(403, "AccessDenied", "Media is only read here.")
        cloudfront.verify(request, self._media_url, self._trusted_keys(), self._now())
        return media.serve(request, bucket, key, self._s3, self._media_headers)

    def _trusted_keys(self) -> cloudfront.TrustedKeys:
        """Return the keys that are trusted now; a change takes a second to get here."""
        if self._now() >= self._keys_until:
            self._keys = self._read_keys()
            self._keys_until = self._now() + _KEYS_LAST
        return self._keys

    def _cors_headers(self, request: Request) -> Headers:
        try:
            place = request.segments()[0]
            if place in self._media_buckets:
                return []
            return cors.headers_for(request, self._cors_rules(place))
        except Refused:
            return []

    def _read_cors_rules(self, bucket: str) -> cors.Rules:
        try:
            rules: cors.Rules = self._s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        except ParamValidationError:
            raise Refused(404, "NoSuchBucket", "There is no such bucket.") from None
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchCORSConfiguration":
                return []
            raise Refused(404, "NoSuchBucket", "There is no such bucket.") from error
        return rules


def _refusal(error: ClientError) -> Refused:
    described = error.response["Error"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    if status == room.STATUS:
        return DiskFull()
    return Refused(status, described["Code"], described.get("Message", ""))
