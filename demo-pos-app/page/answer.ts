/** What the shop answered, in the words and with the look that the till shows. Nothing here touches the page. */

export type Tone = "sold" | "failed" | "trouble";

export interface Answer {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
  /** The HTTP status, or null when the shop did not answer. */
  readonly status: number | null;
}

export interface Body {
  readonly price?: number;
  readonly error?: string;
  readonly error_code?: string;
}

/** Milliseconds until the till gives up waiting. */
const PATIENCE_MS = 10_000;

/** Orders one product; every failure is an answer too, so this never throws. */
export async function sell(productId: string, send: typeof fetch): Promise<Answer> {
  try {
    const response = await send("/order", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ product_id: productId, user_id: "cashier-1" }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return describe(response.status, (await response.json()) as Body);
  } catch {
    return { tone: "trouble", title: "No answer", detail: "The shop did not answer. Is it running?", status: null };
  }
}

export function describe(status: number, body: Body): Answer {
  if (status === 201) return { tone: "sold", title: "Sold", detail: `for ${amount(body.price)}`, status };
  if (body.error_code === "PRICE_MISSING") {
    return { tone: "failed", title: "Price missing", detail: "The catalogue has no price for it.", status };
  }
  if (status === 404)
    return { tone: "failed", title: "Product not found", detail: "The catalogue does not have it.", status };
  return { tone: "trouble", title: "Not possible", detail: body.error ?? "The shop gave no reason.", status };
}

function amount(price: number | undefined): string {
  return price === undefined ? "an unknown price" : price.toFixed(2);
}
