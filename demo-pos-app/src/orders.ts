import { randomUUID } from "node:crypto";
import { findProduct } from "./catalogue";
import { Refusal } from "./refusal";

/** Characters. Longer ids are no ids, and they would only fill the log. */
const LONGEST_ID = 200;

export interface OrderRequest {
  readonly productId: string;
  readonly userId: string;
}

/** What became of an order: the answer to the sender and the log line, but not yet who asked. */
export interface Outcome {
  readonly status: 201 | 400 | 404;
  readonly answer: object;
  readonly line: OutcomeLine;
}

export interface OutcomeLine {
  readonly level: "info" | "error";
  readonly message: string;
  readonly price?: number | null;
  readonly error_code?: "PRICE_MISSING" | "PRODUCT_NOT_FOUND";
}

/** Reads `{product_id, user_id}`; other members are ignored. Raises `Refusal` 400 (not an object) or 422 (wrong member). */
export function parseOrder(body: unknown): OrderRequest {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Refusal(400, "The body must be a JSON object with product_id and, if known, user_id.");
  }
  const { product_id, user_id } = body as Record<string, unknown>;
  return { productId: parseProductId(product_id), userId: parseUserId(user_id) };
}

/** Decides an order against the catalogue; `now` becomes `created_at`. */
export function placeOrder(productId: string, now: Date): Outcome {
  const product = findProduct(productId);
  if (product === undefined) return NOT_FOUND;
  if (product.price === null) return PRICE_MISSING;
  return sold(product.id, product.price, now);
}

const NOT_FOUND: Outcome = {
  status: 404,
  answer: { error: "Product not found" },
  line: { level: "error", message: "Product not found", error_code: "PRODUCT_NOT_FOUND" },
};

const PRICE_MISSING: Outcome = {
  status: 400,
  answer: { error: "Product price is null", error_code: "PRICE_MISSING" },
  line: { level: "error", message: "Product price is null", price: null, error_code: "PRICE_MISSING" },
};

function sold(productId: string, price: number, now: Date): Outcome {
  return {
    status: 201,
    answer: { order_id: randomUUID(), product_id: productId, price, created_at: now.toISOString() },
    line: { level: "info", message: "Order created successfully", price },
  };
}

function parseProductId(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > LONGEST_ID) {
    throw new Refusal(422, `product_id must be a string of 1 to ${LONGEST_ID} characters.`);
  }
  return value;
}

function parseUserId(value: unknown): string {
  if (value === undefined || value === null || value === "") return "unknown";
  if (typeof value !== "string" || value.length > LONGEST_ID) {
    throw new Refusal(422, `user_id must be a string of at most ${LONGEST_ID} characters, or left out.`);
  }
  return value;
}
