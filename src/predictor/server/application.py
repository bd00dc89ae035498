"""The application: a page, an API, and the description of the API, of one model."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from predictor.report.page.calculator import calculator_page, policy_of
from predictor.saved import SavedModel
from predictor.server.admission import Admission, Door
from predictor.server.bodies import read_question
from predictor.server.documents import Health
from predictor.server.gate import Gate
from predictor.server.limits import Limits
from predictor.server.login import log_in
from predictor.server.openapi import description
from predictor.server.patients import patients_of
from predictor.server.refusals import RefusedError, failed, refusal, said
from predictor.server.requests import body_of
from predictor.server.scorer import Scorer
from predictor.server.scoring import Scoring

_OPEN_TO_ALL = ("/health", "/login")
_WAYS = {
    404: "there is nothing at this path; see /openapi.json",
    405: "another method is expected here (see Allow); patients are sent with POST /score",
}


def asgi_application(
    model: SavedModel,
    *,
    door: Door = Door(),  # noqa: B008 - frozen
    limits: Limits = Limits(),  # noqa: B008 - frozen
    ready: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """The application of a model.

    Parameters
    ----------
    model
        What it is about.
    door, limits
        Who may ask, and how much.
    ready
        Called when requests are answered.
    """
    scorer = Scorer(model)
    scoring = Scoring(scorer, waiting=limits.waiting)
    admission = Admission(door, limits, _OPEN_TO_ALL)
    page = calculator_page(model)
    policy = f"{policy_of(page)}; frame-ancestors 'none'"
    described = json.dumps(
        description(model, scorer.columns, limits, token=door.token is not None), ensure_ascii=False
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with scoring:
            ready()
            yield

    async def score(request: Request) -> Response:
        body = await body_of(
            request, most=limits.body, kind="application/json", seconds=limits.arrival
        )
        question = read_question(body, patients=limits.patients)
        return said(await scoring.answer(patients_of(question, scorer.columns)))

    async def calculator(_: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def openapi(_: Request) -> Response:
        return Response(described, media_type="application/json")

    async def health(_: Request) -> Response:
        return said(Health(status="ok").model_dump())

    async def login(request: Request) -> Response:
        return await log_in(request, admission, encrypted=door.encrypted)

    routes = [
        Route("/", calculator),
        Route("/score", score, methods=["POST"]),
        Route("/openapi.json", openapi),
        Route("/health", health),
        Route("/login", login, methods=["POST"]),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={RefusedError: _refused, HTTPException: _not_here, Exception: _failed},
    )
    app.router.redirect_slashes = False
    return Gate(
        app,
        admission=admission,
        seconds=limits.seconds,
        paths=[route.path for route in routes],
        encrypted=door.encrypted,
    )


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return refusal(error)


async def _failed(_: Request, _error: Exception) -> Response:
    return refusal(failed())


async def _not_here(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = _WAYS.get(error.status_code, "not a request of this server; see /openapi.json")
    return refusal(RefusedError(error.status_code, message, headers=error.headers))
