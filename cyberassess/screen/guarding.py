"""What a request must be before anything of the assessment is looked at.

No cookie is used, since cookies know no ports: a listener of somebody else on the same computer
would be sent it. A secret is the first part of every path instead, and what a browser says of
where a request comes from is checked all the same.
"""

import hmac

from werkzeug.wrappers import Request

MOST_BYTES = 200_000_000
"""Of one request: what a person drops at once."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
READING, WRITING = ("GET", "HEAD"), ("POST",)


def refusal(request: Request, secret: str, host: str) -> int:
    """Give the status a request is refused with; 0 where it may pass.

    Args:
        secret: the first part of every path.
        host: name and port that are served, as a browser sends them.
    """
    if request.headers.get("Host", "") != host:
        return 403
    first = request.path.split("/")[1]
    if not hmac.compare_digest(first.encode(), secret.encode()):
        return 404
    if request.method in READING:
        return 0
    if request.method not in WRITING:
        return 405
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is not None and origin != f"http://{host}":
        return 403
    if site is not None:
        return 0 if site == "same-origin" else 403
    return 0 if origin is not None else 403
