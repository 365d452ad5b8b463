import { randomUUID } from "node:crypto";
import path from "node:path";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { ShopLog } from "./log";
import { parseOrder, placeOrder } from "./orders";
import { Refusal } from "./refusal";
import { APP_FOLDER } from "./settings";

/** An order is a few dozen bytes. */
const LARGEST_BODY = "16kb";

const SAFE_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** The shop as a request handler: it writes to `log` and listens nowhere yet. */
export function createApp(log: ShopLog, now: () => Date): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(beginRequest);
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));
  app
    .route("/order")
    .post(requireJson, express.json({ limit: LARGEST_BODY }), takeOrder(log, now))
    .all(refuseMethod);
  app.use(express.static(path.join(APP_FOLDER, "public")), express.static(path.join(APP_FOLDER, "dist", "page")));
  app.use(refuseRoute);
  app.use(answerError(log));
  return app;
}

const beginRequest: RequestHandler = (_request, response, next) => {
  response.locals.requestId = randomUUID();
  response.set({ ...SAFE_HEADERS, "X-Request-Id": response.locals.requestId });
  next();
};

/** Also keeps other sites out: a browser asks before it sends this type across sites, and nobody answers. */
const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is("application/json") === false) throw new Refusal(415, "Send Content-Type: application/json.");
  next();
};

function takeOrder(log: ShopLog, now: () => Date): RequestHandler {
  return (request, response) => {
    const { productId, userId } = parseOrder(request.body);
    const { status, answer, line } = placeOrder(productId, now());
    const who = { request_id: response.locals.requestId, user_id: userId, product_id: productId };
    log.write({ ...line, ...who, action: "create_order" });
    response.status(status).json(answer);
  };
}

const refuseMethod: RequestHandler = (request, response) => {
  response.set("Allow", "POST");
  throw new Refusal(405, `${request.method} is not possible here: POST an order.`);
};

const refuseRoute: RequestHandler = (request) => {
  throw new Refusal(404, `There is nothing at ${request.method} ${request.path}.`);
};

function answerError(log: ShopLog): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: Error, _request, response, _next) => {
    const refusal = asRefusal(error);
    if (refusal === null) logFailure(log, response.locals.requestId, error);
    response.status(refusal?.status ?? 500).json({ error: refusal?.message ?? "The shop failed. Its log says why." });
  };
}

function logFailure(log: ShopLog, requestId: string, error: Error): void {
  const who = { request_id: requestId, user_id: null, product_id: null };
  log.write({ ...who, level: "error", action: "handle_request", message: error.message, stack: String(error.stack) });
}

/** In our words what Express found wrong with the request; null when the fault is ours. */
function asRefusal(error: Error): Refusal | null {
  if (error instanceof Refusal) return error;
  const { status, type } = error as { status?: number; type?: string };
  if (status === undefined || status >= 500) return null;
  return new Refusal(status, BODY_FAULTS[type ?? ""] ?? "The request cannot be read.");
}

/** By the `type` that Express's body reader gives its errors. */
const BODY_FAULTS: Readonly<Record<string, string>> = {
  "entity.parse.failed": "The body is not JSON.",
  "entity.too.large": `The body is larger than ${LARGEST_BODY}.`,
  "charset.unsupported": "The body's charset is not supported: send UTF-8.",
  "encoding.unsupported": "The body's encoding is not supported: send it plain or as gzip.",
};
