"""The form in which a person gives the token, once per browser and half a day."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from predictor.server.admission import Admission
from predictor.server.refusals import RefusedError
from predictor.server.requests import body_of
from predictor.server.security_headers import form_policy
from predictor.server.tokens import cookie

_LONGEST = 4096  # bytes
_STYLE = """
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto;
 padding: 0 1rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: 0.6rem;
 margin: 0.4rem 0; }
"""
_PAGE = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Token needed</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>Token needed</h1>
<p role="status">SAID</p>
<form method="post" action="/login">
<label for="token">Token of this calculator, from the person who runs it</label>
<input id="token" name="token" type="password" required autofocus
 autocomplete="current-password" autocapitalize="none" spellcheck="false">
<button>Open the calculator</button>
</form>
</main>
</body>
</html>
"""


def form(error: RefusedError) -> Response:
    """The form, with why it is shown."""
    first = error.message.partition(";")[0]
    page = _PAGE.replace("SAID", f"{first[:1].upper()}{first[1:]}.")
    headers = error.headers | {
        "Content-Security-Policy": form_policy(_STYLE),
        # with no-referrer, browsers send this form as one from nowhere (Origin: null)
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(page, error.status, headers)


async def log_in(request: Request, admission: Admission, *, encrypted: bool) -> Response:
    """Give a browser its session in exchange for the token."""
    body = await body_of(request, most=_LONGEST, kind="application/x-www-form-urlencoded")
    try:
        given = parse_qs(body.decode("utf-8"), max_num_fields=4).get("token", [""])[0]
    except ValueError:
        raise RefusedError(400, "not the form of this server; open its page") from None
    try:
        session = admission.session(request, given.strip())
    except RefusedError as error:
        if error.status == 404:
            raise
        return form(error)
    secure = encrypted or request.scope["scheme"] == "https"
    return RedirectResponse("/", 303, {"Set-Cookie": cookie(session, secure=secure)})
